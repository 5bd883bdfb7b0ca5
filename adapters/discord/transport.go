package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
)

// DefaultBaseURL is Discord's API.
const DefaultBaseURL = "https://discord.com/api/v10/"

// maxAnswer bounds an answer; a server's list of channels and roles is well
// below.
const maxAnswer = 16 << 20

// unnamedWait is how long to wait where Discord, or who stands before it, asks
// for time and does not say how much.
const unnamedWait = time.Minute

// limitedError is a 429 of any kind.
type limitedError struct {
	after time.Duration
	// all: it is about every call, not only about those to one route.
	all bool
	// what says whose limit it was, for people.
	what string
}

func (e *limitedError) Error() string { return fmt.Sprintf("%s: asked to wait %s", e.what, e.after) }

// exchange carries one call of discordgo's to where the API is, and keeps what
// the answer says of limits. It takes that off the answer, and gives a 429 as an
// error: discordgo would sleep in the one case, without an end and whatever the
// context says, and fail to read the other when it comes from the network in
// front of Discord.
type exchange struct {
	via    *http.Client
	base   *url.URL
	header http.Header // of the answer; nil if there was none
	status int
}

// RoundTrip implements http.RoundTripper.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.URL = moved(req.URL, x.base)
	out.Host = ""
	res, err := x.via.Do(requestOf(out))
	if err != nil {
		return nil, err
	}
	x.status, x.header = res.StatusCode, res.Header.Clone()
	if res.StatusCode == http.StatusTooManyRequests {
		defer res.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10)) // what can't be read says nothing
		return nil, limited(res.Header, body)
	}
	for name := range res.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			res.Header.Del(name)
		}
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}

// requestOf makes a request of a client's of what a RoundTripper was given.
func requestOf(r *http.Request) *http.Request {
	r.RequestURI = ""
	return r
}

// moved puts what follows discordgo's own address of the API behind base.
// discordgo computes its addresses once, for the whole process; so they stay as
// they are, and are changed here.
func moved(u, base *url.URL) *url.URL {
	to := *u
	to.Scheme, to.Host = base.Scheme, base.Host
	own := strings.TrimPrefix(discordgo.EndpointAPI, strings.TrimSuffix(discordgo.EndpointDiscord, "/"))
	rest := strings.TrimPrefix(u.EscapedPath(), own)
	to.Path, to.RawPath = base.Path+rest, ""
	if p, err := url.PathUnescape(rest); err == nil && p != rest {
		to.Path, to.RawPath = base.Path+p, base.EscapedPath()+rest
	}
	return &to
}

// limited reads a 429.
// Source: https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit
func limited(h http.Header, body []byte) *limitedError {
	var said struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	ours := json.Unmarshal(bytes.TrimSpace(body), &said) == nil
	e := &limitedError{all: said.Global || h.Get("X-RateLimit-Global") != "", what: "a limit of Discord's"}
	if !ours { // not Discord's own answer, but of the network in front of it
		e.all, e.what = true, "the network in front of Discord"
	} else if e.all {
		e.what = "Discord's limit for the whole bot"
	}
	e.after = seconds(said.RetryAfter) // to the millisecond; the header is in whole seconds
	if header, err := strconv.ParseFloat(h.Get("Retry-After"), 64); err == nil && e.after <= 0 {
		e.after = seconds(header)
	}
	if e.after <= 0 {
		e.after = unnamedWait
	}
	return e
}

// seconds is what Discord says in seconds with a fraction, a day at most.
func seconds(s float64) time.Duration {
	if s != s || s <= 0 {
		return 0
	}
	return time.Duration(min(s, 24*60*60) * float64(time.Second))
}
