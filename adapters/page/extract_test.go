package page

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzExtract(f *testing.F) {
	f.Add(`<html lang=en><head><link rel=canonical href=/b><title>T</title></head><body><article><p>` + strings.Repeat("Some words of it. ", 30) + `</p></article>`)
	f.Add(`<table><tr><td><p>a<table><b><script>x</script><li>`)
	f.Add("<p>" + strings.Repeat("<div><p>deep ", 600))
	f.Add(`<html><body><script type="application/ld+json">{"@type":"NewsArticle","articleBody":"x"}</script><p>&#x0;&bogus;`)
	at := &url.URL{Scheme: "https", Host: "www.example.org", Path: "/a"}
	f.Fuzz(func(t *testing.T, markup string) {
		page, err := extract(markup, at)
		if err != nil {
			return
		}
		own, err := url.Parse(page.URL)
		if err != nil || own.Scheme != "http" && own.Scheme != "https" || registered(own) != "example.org" {
			t.Errorf("the page's own address is %q", page.URL)
		}
		if page.Text == "" || !utf8.ValidString(page.Text) || len(page.Text) > maxText {
			t.Errorf("the text is %q", page.Text)
		}
	})
}
