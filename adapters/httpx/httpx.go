// Package httpx is the one HTTP client of Bellwether. It refuses addresses
// that only this machine or its network can reach, bounds what it reads,
// understands Retry-After, and keeps secrets out of errors.
package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// The defaults of [Options].
const (
	DefaultUserAgent    = "bellwether (policy news alerts)"
	DefaultTimeout      = 30 * time.Second
	DefaultMaxBody      = 10 << 20
	DefaultMaxRedirects = 5
)

// Errors of a request, found with [errors.Is].
var (
	// ErrTooLarge: the body, after decompression, is longer than MaxBody.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrRefused: the address is one that the dial guard does not connect to.
	ErrRefused = errors.New("refused to connect")
	// ErrRedirect: too many redirects, or one to something other than http.
	ErrRedirect = errors.New("redirect not followed")
	// ErrPacked: the body is compressed in a way that is not read.
	ErrPacked = errors.New("the answer can't be unpacked")
)

// Options configure a [Client]. Zero values mean the defaults.
type Options struct {
	UserAgent    string
	Timeout      time.Duration // of a whole exchange with its redirects and body, without waits for Hosts
	MaxBody      int64         // bytes of a body after decompression
	MaxRedirects int
	// AllowPrivate lets the client reach loopback and private networks, for
	// tests and for sources that the operator configured. Link-local and
	// metadata addresses stay refused.
	AllowPrivate bool
	// AllowHosts names hosts of which the same holds, and of no other: names or
	// addresses as they stand in a URL.
	AllowHosts []string
	// Resolver looks names up; nil for the system's.
	Resolver *net.Resolver
	// Roots vouch for servers; nil for those that the system trusts.
	Roots *x509.CertPool
	// IdlePerHost is how many connections to a host are kept for the next
	// request; 4 if it is 0. A client of one busy server wants more.
	IdlePerHost int
	// Hosts keeps requests to one host apart, those of [Client.Get]; nil does
	// not. Clients may share it.
	Hosts *Hosts
	// Dial connects in place of the network, and the guard is not asked: for
	// tests that need no network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock that a Retry-After date is compared with when the
	// server sends no Date of its own.
	Now func() time.Time
}

// Client gets documents over HTTP. Its methods may be called at the same time.
type Client struct {
	opts   Options
	dialer *dialer
	http   *http.Client
	open   *http.Client // one request by the rules of opts
	strict *http.Client // one that reaches public addresses only
	closer time.Duration
}

// New makes a client of its own connections; [Client.Close] ends the idle ones.
func New(o Options) *Client {
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.MaxRedirects <= 0 {
		o.MaxRedirects = DefaultMaxRedirects
	}
	if o.IdlePerHost <= 0 {
		o.IdlePerHost = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{opts: o, dialer: newDialer(o)}
	transport := newTransport(o, c.dialer)
	c.http = &http.Client{Transport: transport, CheckRedirect: checkRedirect(o.MaxRedirects), Timeout: o.Timeout}
	c.open = single(transport)
	c.strict = c.open
	if o.AllowPrivate || len(o.AllowHosts) > 0 {
		public := o
		public.AllowPrivate, public.AllowHosts = false, nil
		c.strict = single(newTransport(o, newDialer(public)))
	}
	return c
}

func newTransport(o Options, d *dialer) *http.Transport {
	dial := d.dial
	if o.Dial != nil {
		dial = o.Dial
	}
	return &http.Transport{
		DialContext:            dial,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        o.idle(),
		MaxIdleConns:           max(64, o.IdlePerHost),
		MaxIdleConnsPerHost:    o.IdlePerHost,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// idle is how long a connection is kept for the next request. A feed is read
// again after a minute at the earliest; that long, the connections of thousands
// would hold 40 KB each. Clients that read feeds, which Hosts tells, keep them for
// the other feeds of a host.
func (o Options) idle() time.Duration {
	if o.Hosts != nil {
		return 5 * time.Second
	}
	return 90 * time.Second
}

// single follows no redirect.
func single(t *http.Transport) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// HTTP is the client underneath, for libraries that want one of their own
// kind. The guard, the redirect limit and the timeout hold there; the body
// limit and the redaction of errors do not.
func (c *Client) HTTP() *http.Client { return c.http }

// Close ends the connections that no request uses.
func (c *Client) Close() {
	c.open.CloseIdleConnections()
	c.strict.CloseIdleConnections()
}

// Now is the time by the client's clock.
func (c *Client) Now() time.Time { return c.opts.Now() }

// Response is an answer that was read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decompressed
	URL    string // where the answer came from, after redirects
	// Moved is where the document lies from now on: what the permanent
	// redirects at the beginning of the way led to, empty if there were none.
	// It has no user and password; those of the old address hold there if the
	// two are of one [SameOrigin].
	Moved string

	now time.Time
}

// GetError says what kept an answer from coming.
type GetError struct {
	Address string // without its secrets
	Err     error
}

// Error implements error.
func (e *GetError) Error() string { return "get " + e.Address + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *GetError) Unwrap() error { return e.Err }

// Get requests address with the given headers, which may be nil, and reads
// the answer. An answer of any status is no error; see [Response.Err]. What
// this package does not know to be harmless among the headers stays with the
// server of address, wherever a redirect leads. Errors are a [*GetError].
func (c *Client) Get(ctx context.Context, address string, header http.Header) (*Response, error) {
	return c.getBy(ctx, nil, address, header)
}

func (c *Client) getBy(ctx context.Context, p *Permit, address string, header http.Header) (*Response, error) {
	res, err := c.get(ctx, p, address, header)
	if err != nil {
		return nil, &GetError{Address: Redact(address), Err: err}
	}
	return res, nil
}

func (c *Client) get(ctx context.Context, p *Permit, address string, header http.Header) (*Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address can't be parsed")
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	w := c.newWay(u, header)
	w.permit = p
	for {
		res, err := c.step(ctx, w)
		if err != nil || res != nil {
			return res, err
		}
	}
}

// checkURL lets only web addresses pass.
func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("the address must begin with http:// or https://, not %q", u.Scheme)
	case u.Hostname() == "":
		return errors.New("the address names no host")
	}
	return nil
}

func checkRedirect(limit int) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if len(via) > limit {
			return tooMany(limit)
		}
		if err := checkURL(req.URL); err != nil {
			return fmt.Errorf("%w: %w", ErrRedirect, err)
		}
		return nil
	}
}

func tooMany(limit int) error { return fmt.Errorf("%w: more than %d in a row", ErrRedirect, limit) }

// clean takes the address off an error of net/http, which would show its
// query: Get says it again, redacted.
func clean(err error) error {
	if strings.Contains(err.Error(), "Location header") {
		return fmt.Errorf("%w: its address can't be parsed", ErrRedirect)
	}
	var ue *url.Error
	if !errors.As(err, &ue) {
		return err
	}
	if text := inWords(ue); text != "" {
		return reason{text, ue.Err}
	}
	return ue.Err
}

// inWords says in plain words what is the matter with the way to a server, ""
// for what it does not know.
func inWords(err *url.Error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no host of this name is known here"
	case errors.As(err, &dns):
		return "the host's name can't be looked up; is there a network?"
	case err.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refuses connections"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no way to the server; is there a network?"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server hung up"
	}
	return ""
}

// reason is an error in plain words, in place of the library's own.
type reason struct {
	text string
	err  error
}

func (r reason) Error() string { return r.text }
func (r reason) Unwrap() error { return r.err }
