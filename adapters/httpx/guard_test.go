package httpx

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestRefusal(t *testing.T) {
	const (
		open    = iota // always reached
		private        // reached where the operator allowed it
		never
	)
	tests := []struct {
		addr string
		want int
	}{
		{"93.184.216.34", open},
		{"8.8.8.8", open},
		{"172.15.255.255", open},
		{"172.32.0.0", open},
		{"100.128.0.1", open},
		{"2606:4700::1111", open},
		{"64:ff9b::808:808", open},
		{"127.0.0.1", private},
		{"127.255.255.254", private},
		{"10.1.2.3", private},
		{"172.16.0.1", private},
		{"172.31.255.255", private},
		{"192.168.1.1", private},
		{"100.64.0.1", private},
		{"198.18.0.1", private},
		{"::1", private},
		{"fc00::1", private},
		{"fdff::1", private},
		{"::ffff:127.0.0.1", private},
		{"::ffff:10.0.0.1", private},
		{"64:ff9b::a00:1", private},
		{"2002:7f00:1::", private},
		{"0.0.0.0", never},
		{"0.1.2.3", never},
		{"169.254.1.1", never},
		{"169.254.169.254", never},
		{"100.100.100.200", never},
		{"168.63.129.16", never},
		{"192.0.0.192", never},
		{"192.0.2.1", never},
		{"203.0.113.9", never},
		{"224.0.0.1", never},
		{"239.255.255.255", never},
		{"240.0.0.1", never},
		{"255.255.255.255", never},
		{"::", never},
		{"::7f00:1", never},
		{"::ffff:169.254.169.254", never},
		{"64:ff9b::a9fe:a9fe", never},
		{"64:ff9b:1::1", never},
		{"2001::1", never},
		{"2001:db8::1", never},
		{"2002:a9fe:a9fe::", never},
		{"fd00:ec2::254", never},
		{"fe80::1", never},
		{"fe80::1%eth0", never},
		{"fec0::1", private},
		{"ff02::1", never},
		{"4000::1", never},
	}
	for _, tt := range tests {
		a := netip.MustParseAddr(tt.addr)
		if got := refusal(a, false) == ""; got != (tt.want == open) {
			t.Errorf("%s: reached %v (%s)", a, got, refusal(a, false))
		}
		if got := refusal(a, true) == ""; got != (tt.want != never) {
			t.Errorf("%s with AllowPrivate: reached %v (%s)", a, got, refusal(a, true))
		}
	}
}

func TestGuardStopsTheDial(t *testing.T) {
	reached := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer srv.Close()
	c := New(Options{})
	defer c.Close()
	port := netip.MustParseAddrPort(srv.Listener.Addr().String()).Port()
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"} {
		address := "http://" + host + ":" + netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()[8:]
		if _, err := c.Get(t.Context(), address, nil); err == nil {
			t.Errorf("%s was reached", address)
		}
	}
	if _, err := c.Get(t.Context(), srv.URL, nil); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
	if reached {
		t.Error("the server saw a request")
	}
}

// A redirect that a public server sends must not lead inside, whatever the
// operator allows: a link-local address is refused in both cases.
func TestGuardHoldsOnRedirects(t *testing.T) {
	c, url := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	})
	if _, err := c.Get(t.Context(), url, nil); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
}
