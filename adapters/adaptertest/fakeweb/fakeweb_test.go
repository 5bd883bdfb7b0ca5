package fakeweb_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRequestsAreRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := fakeweb.New()
		defer web.Close()
		web.Site("slow.example", fakeweb.Slow(time.Hour, fakeweb.Status(http.StatusTeapot, "X-A", "b")))
		web.Site("cut.example", fakeweb.Cut(2, []byte("text")))
		transport := &http.Transport{DialContext: web.Dial}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport}
		begun := time.Now()
		for _, address := range []string{"http://SLOW.example:80/a?b", "http://other.example/", "http://cut.example/"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, res.Body); (err != nil) != (req.URL.Host == "cut.example") {
				t.Errorf("%s: %v", address, err)
			}
			res.Body.Close()
		}
		got := web.Requests()
		if len(got) != 3 || got[0].Path != "/a" || !got[0].Begun.Equal(begun) || got[0].Ended.Sub(begun) != time.Hour ||
			got[0].Status != http.StatusTeapot || got[0].Answer.Get("X-A") != "b" ||
			got[1].Status != http.StatusNotFound || got[2].Status != http.StatusOK {
			t.Errorf("recorded %+v", got)
		}
	})
}

func TestNames(t *testing.T) {
	names, err := fakeweb.NewNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	names.Set("a.example", []string{"192.0.2.1"}, []string{"192.0.2.2", "192.0.2.3"})
	for _, want := range [][]string{{"192.0.2.1"}, {"192.0.2.2", "192.0.2.3"}, {"192.0.2.2", "192.0.2.3"}} {
		got, err := names.Resolver().LookupIP(t.Context(), "ip4", "A.example.")
		if err != nil || len(got) != len(want) || got[0].String() != want[0] {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	if got, err := names.Resolver().LookupIP(t.Context(), "ip4", "b.example."); err == nil {
		t.Errorf("an unknown name is %v", got)
	}
	names.Set("*", []string{"192.0.2.9"})
	if got, err := names.Resolver().LookupIP(t.Context(), "ip4", "b.example."); err != nil || got[0].String() != "192.0.2.9" {
		t.Errorf("any other name is %v, %v", got, err)
	}
}

func TestPack(t *testing.T) {
	text := bytes.Repeat([]byte("steel "), 1000)
	for _, coding := range []string{"gzip", "deflate", "flate", "br", "zstd"} {
		if packed := fakeweb.Pack(coding, text); len(packed) == 0 || len(packed) > len(text)/5 {
			t.Errorf("%s: %d bytes", coding, len(packed))
		}
	}
}
