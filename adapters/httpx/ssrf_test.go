package httpx

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
)

// errPassed ends a dial that the guard let through, before anything is sent.
var errPassed = errors.New("the guard let it pass")

// guarded is a client whose dials end at the guard, one way or the other.
func guarded(t *testing.T, o Options) *Client {
	t.Helper()
	c := New(o)
	t.Cleanup(c.Close)
	d := newDialer(o)
	d.control = func(allowPrivate bool) func(network, address string, _ syscall.RawConn) error {
		return func(network, address string, raw syscall.RawConn) error {
			if err := guard(allowPrivate)(network, address, raw); err != nil {
				return err
			}
			return errPassed
		}
	}
	c.http.Transport.(*http.Transport).DialContext = d.dial
	return c
}

// resolver answers the look-ups of every name, in turn, with each of the
// answers, and with the last from then on.
func resolver(t *testing.T, answers ...[]string) *net.Resolver {
	t.Helper()
	names, err := fakeweb.NewNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(names.Close)
	names.Set("*", answers...)
	return names.Resolver()
}

func listOf(t *testing.T, name string, least int) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	seen := make(map[string]bool)
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "# ") && !seen[line] {
			seen[line] = true
			out = append(out, line)
		}
	}
	if len(out) < least {
		t.Fatalf("%s has %d addresses, want at least %d", name, len(out), least)
	}
	return out
}

// No spelling of an address that is not public gets past the guard, not even
// where the resolver takes every name for this machine.
func TestAddressesRefused(t *testing.T) {
	c := guarded(t, Options{Resolver: resolver(t, []string{"127.0.0.1"})})
	for _, address := range listOf(t, "refused.txt", 200) {
		_, err := c.Get(t.Context(), address, nil)
		var dns *net.DNSError
		// That a name is unknown is no refusal: it may be known elsewhere.
		if err == nil || errors.Is(err, errPassed) || errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestAddressesAllowed(t *testing.T) {
	c := guarded(t, Options{Resolver: resolver(t, []string{"93.184.216.34"})})
	for _, address := range listOf(t, "allowed.txt", 50) {
		if _, err := c.Get(t.Context(), address, nil); !errors.Is(err, errPassed) {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

// Every redirect is guarded as the first address is.
func TestRedirectsRefused(t *testing.T) {
	var to atomic.Pointer[string]
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", *to.Load())
		w.WriteHeader(http.StatusFound)
	}))
	defer srv.Close()
	// This server alone may be reached by its name, though it is private.
	first := strings.Replace(srv.URL, "127.0.0.1", "feeds.example", 1)
	c := New(Options{AllowHosts: []string{"feeds.example"}, Resolver: resolver(t, []string{"127.0.0.1"})})
	defer c.Close()
	for _, address := range listOf(t, "refused.txt", 200) {
		to.Store(&address)
		_, err := c.Get(t.Context(), first, nil)
		var dns *net.DNSError
		switch {
		case errors.Is(err, ErrRefused), errors.Is(err, ErrRedirect):
		case err == nil, errors.As(err, &dns), errors.Is(err, syscall.ECONNREFUSED):
			t.Errorf("redirect to %s: got %v", address, err)
		}
	}
}

// A name that turns from a public address to a private one is judged by the
// address that is dialled, each time.
func TestRebinding(t *testing.T) {
	c := guarded(t, Options{Resolver: resolver(t, []string{"93.184.216.34"}, []string{"127.0.0.1"})})
	if _, err := c.Get(t.Context(), "http://rebind.example/", nil); !errors.Is(err, errPassed) {
		t.Errorf("with the public address: got %v", err)
	}
	if _, err := c.Get(t.Context(), "http://rebind.example/", nil); !errors.Is(err, ErrRefused) {
		t.Errorf("with the private address: got %v", err)
	}
	both := guarded(t, Options{Resolver: resolver(t, []string{"127.0.0.1", "10.0.0.1", "169.254.169.254"})})
	if _, err := both.Get(t.Context(), "http://many.example/", nil); !errors.Is(err, ErrRefused) {
		t.Errorf("with several private addresses: got %v", err)
	}
}

func TestAllowHosts(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	c := New(Options{AllowHosts: []string{"Intranet.Example."}, Resolver: resolver(t, []string{"127.0.0.1"})})
	defer c.Close()
	for host, want := range map[string]bool{
		"intranet.example": true, "INTRANET.example.": true, "other.example": false,
		"x.intranet.example": false, "127.0.0.1": false, "localhost": false,
	} {
		_, err := c.Get(t.Context(), "http://"+host+":"+port+"/", nil)
		if (err == nil) != want || !want && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: got %v", host, err)
		}
	}
	never := guarded(t, Options{AllowHosts: []string{"intranet.example", "169.254.169.254"}, Resolver: resolver(t, []string{"169.254.169.254"})})
	for _, host := range []string{"intranet.example", "169.254.169.254"} {
		if _, err := never.Get(t.Context(), "http://"+host+"/", nil); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: got %v", host, err)
		}
	}
}
