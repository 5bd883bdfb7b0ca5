package feed

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// register answers in pages of two, the newest document first.
type register struct {
	documents []string // number and date, the newest first
	asked     []string
	broken    bool
	elsewhere string // where the next page is said to be
}

func (r *register) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	page := 1
	_, _ = fmt.Sscanf(req.URL.Query().Get("page"), "%d", &page)
	r.asked = append(r.asked, fmt.Sprint(page))
	if r.broken && page > 1 {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	var results []string
	for _, d := range r.documents[min(2*(page-1), len(r.documents)):min(2*page, len(r.documents))] {
		number, date, _ := strings.Cut(d, " ")
		results = append(results, fmt.Sprintf(`{"document_number":%q,"title":"Rule %s","publication_date":%q}`, number, number, date))
	}
	next := ""
	if 2*page < len(r.documents) {
		next = fmt.Sprintf(`,"next_page_url":"http://%s/documents.json?page=%d"`, req.Host+r.elsewhere, page+1)
	}
	_, _ = fmt.Fprintf(w, `{"count":%d,"results":[%s]%s}`, len(r.documents), strings.Join(results, ","), next)
}

func TestFederalRegisterInPages(t *testing.T) {
	day := func(n, from, to int) (out []string) {
		for i := to; i >= from; i-- {
			out = append(out, fmt.Sprintf("2024-%d%02d 2024-03-%02d", n, i, n))
		}
		return out
	}
	reg := &register{documents: append(day(21, 1, 3), day(20, 1, 4)...)}
	f := serve(t, Config{Name: "register", URL: "/documents.json"}, reg.ServeHTTP)
	var state []byte
	for _, step := range []struct {
		name  string
		add   []string
		asked string
		items int
	}{
		{"the first poll", nil, "1", 2},
		{"nothing new", nil, "1", 2},
		{"a day of seven", day(22, 1, 7), "1 2 3 4", 8},
		{"nothing new again", nil, "1", 2},
		{"one more of the same day", day(22, 8, 8), "1", 2},
		{"a day of many", day(23, 1, 60), "1 2 3 4 5 6 7 8 9 10", 20},
	} {
		reg.documents, reg.asked = append(step.add, reg.documents...), nil
		b, err := f.Fetch(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		state = b.State
		if got := strings.Join(reg.asked, " "); got != step.asked || len(b.Articles) != step.items {
			t.Errorf("%s: pages %s with %d items, want %s with %d", step.name, got, len(b.Articles), step.asked, step.items)
		}
		for i := 1; i < len(b.Articles); i++ {
			if b.Articles[i].Published.Before(b.Articles[i-1].Published) {
				t.Errorf("%s: %s stands behind %s", step.name, b.Articles[i].ID, b.Articles[i-1].ID)
			}
		}
	}

	reg.documents, reg.broken = append(day(25, 1, 5), reg.documents...), true
	if _, err := f.Fetch(t.Context(), state); err == nil {
		t.Error("a page is missing, and no error: its documents would never be read")
	}
	reg.broken, reg.elsewhere, reg.asked = false, "1", nil // another port
	if b, err := f.Fetch(t.Context(), state); err != nil || len(b.Articles) != 2 || len(reg.asked) != 1 {
		t.Errorf("a page elsewhere: %d items, asked for %v: %v", len(b.Articles), reg.asked, err)
	}
}
