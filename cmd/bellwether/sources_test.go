package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A feed's own full_text goes before the setting of all.
func TestFullTextOfASource(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>T</title><item><title>A</title><link>/a</link></item></channel></rss>`))
	}))
	defer server.Close()
	yes, no := true, false
	for _, c := range []struct {
		all  bool
		own  *bool
		want bool
	}{{true, nil, true}, {true, &no, false}, {false, nil, false}, {false, &yes, true}} {
		s := openSources(config{fullText: c.all, sourcesGiven: true, sources: []sourceConfig{{name: "a", url: server.URL, fullText: c.own}}})
		defer s.close()
		batch, err := s.list[0].Fetch(t.Context(), nil)
		if err != nil || batch.Pages != c.want || !batch.Articles[0].Partial {
			t.Errorf("all %v, own %v: pages %v, want %v: %v", c.all, c.own, batch.Pages, c.want, err)
		}
	}
}
