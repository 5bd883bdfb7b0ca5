package wire

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/alerts"
)

// TestFormatSamples reads a sample of every format, and compares what it gives
// with the golden file beside it.
func TestFormatSamples(t *testing.T) {
	dir := filepath.Join("testdata", "formats")
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if strings.HasSuffix(e.Name(), ".golden.json") {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			b, err := Decode(e.Name(), bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			got := struct {
				Articles []alerts.Article
				Problems []string
			}{Articles: b.Articles}
			for _, p := range b.Problems {
				got.Problems = append(got.Problems, p.Place+": "+p.Err.Error())
			}
			sample.Golden(t, dir, e.Name()+".golden", got)
		})
	}
}

// What a file is shows in its content, whatever its name.
func TestSniff(t *testing.T) {
	g2, err := os.ReadFile(filepath.Join("testdata", "formats", "newsml1.xml"))
	if err != nil {
		t.Fatal(err)
	}
	telegram := "\x01nwi042 3 e 9 Nordwire 061\r\n\nX/\r\n\x02Fees rise =\r\n\nText.\r\n\x03"
	tests := []struct{ name, in, title, problem string }{
		{"a.txt", string(g2), "Lighthouse sold", ""},
		{"a.json", string(g2), "Lighthouse sold", ""},
		{"a.xml.gz", gzipped(t, string(g2)), "Lighthouse sold", ""},
		{"a.xml", telegram, "Fees rise", ""},
		{"a.txt", `{"uri":"u","headline":"H"}`, "H", ""},
		{"a.txt", "{ a bracket in a headline\n\nText.", "{ a bracket in a headline", ""},
		{"a.json", `{"id":"1","title":"A"}` + "\n" + `{"uri":"2","headline":"B"}`, "A", ""},
		{"a.jsonl", `{"uri":"2","headline":"B"}`, "B", ""},
		{"a.xml", "\xff\xfe" + utf16(`<?xml version="1.0" encoding="utf-16"?><nitf><head><title>Ö</title></head><body><body.content><p>T</p></body.content></body></nitf>`), "Ö", ""},
		{"a.xml", `<html><body>`, "", "there is an XML document <html>, and no news item"},
		{"a.xml", `no markup`, "", "it is no XML"},
	}
	for _, tt := range tests {
		b, err := Decode(tt.name, strings.NewReader(tt.in))
		switch {
		case tt.problem != "":
			if err == nil || err.Error() != tt.problem {
				t.Errorf("%s %.30q: %v, want %s", tt.name, tt.in, err, tt.problem)
			}
		case err != nil || len(b.Articles) == 0 || b.Articles[0].Title != tt.title:
			t.Errorf("%s %.30q: %+v, %v, want the title %q", tt.name, tt.in, b, err, tt.title)
		}
	}
}

func utf16(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// Documents that are made to do harm end early, with a reason.
func TestHostileMarkup(t *testing.T) {
	const open, end = `<nitf><body><body.content><p>`, `</p></body.content></body></nitf>`
	bomb := `<!DOCTYPE nitf [<!ENTITY a "lol">` // ten times ten times ten
	for i := range 9 {
		bomb += `<!ENTITY ` + string(rune('b'+i)) + ` "` + strings.Repeat("&"+string(rune('a'+i))+";", 10) + `">`
	}
	tests := []struct{ name, in, problem string }{
		{"entities", bomb + `]>` + open + `&j;` + end, ""},
		{"an outer entity", `<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + open + `&x;` + end, ""},
		{"deep", open + strings.Repeat("<b>", 100_000), "nested more than 200 deep"},
		{"many", open + strings.Repeat("<b/>", 400_000) + end, "more than 300000 parts"},
		{"attributes", open + "<p " + strings.Repeat(`a="b" `, 2_000_000) + "/>" + end, ""},
		{"large", open + strings.Repeat("x", maxDocument) + end, "too large"},
		{"cut", open + "text", ""},
		{"never begun", "</p></nitf>" + open + "text" + end, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Decode("a.xml", strings.NewReader(tt.in))
			for _, p := range b.Problems {
				err = errors.Join(err, p.Err)
			}
			if tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)) {
				t.Errorf("%v, want %q", err, tt.problem)
			}
			for _, a := range b.Articles {
				if len(a.Body) > len(tt.in) || strings.Contains(a.Body, "root:") {
					t.Errorf("a body of %d bytes of %d", len(a.Body), len(tt.in))
				}
			}
		})
	}
}

func TestStandings(t *testing.T) {
	tests := []struct {
		title, note string
		want        alerts.Standing
	}{
		{"CORRECTED-Bank cuts rates", "", alerts.Corrected},
		{"CORRECTION: Bank cuts rates", "", alerts.Corrected},
		{"Corrected figures please the bank", "", alerts.Usable},
		{"Bank cuts rates", "Eds: Corrects name in paragraph 3.", alerts.Corrected},
		{"Bank cuts rates", "correction of the date", alerts.Corrected},
		{"Bank cuts rates", "Eds: Updates throughout. Correct at 9.", alerts.Usable},
	}
	for _, tt := range tests {
		a, err := finish(alerts.Article{ID: "1", Title: tt.title, Note: tt.note})
		if err != nil || a.Standing != tt.want {
			t.Errorf("%q, %q: %q, %v, want %q", tt.title, tt.note, a.Standing, err, tt.want)
		}
	}
	for status, want := range map[string]alerts.Standing{
		"usable": alerts.Usable, "stat:canceled": alerts.Withdrawn, "withheld": alerts.Withdrawn,
		"http://cv.iptc.org/newscodes/pubstatusg2/withheld": alerts.Withdrawn, "": alerts.Usable, "Canceled": alerts.Withdrawn,
	} {
		if got := standingOf(status); got != want {
			t.Errorf("standingOf(%q) = %q, want %q", status, got, want)
		}
	}
}

// fuzzSamples are the samples as the beginnings of a fuzz test.
func fuzzSamples(f *testing.F, pattern string) {
	names, err := filepath.Glob(filepath.Join("testdata", "formats", pattern))
	if err != nil || len(names) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// checkBatch checks what every reader owes.
func checkBatch(t *testing.T, name string, b alerts.Batch, err error) {
	t.Helper()
	if err != nil && len(b.Articles) > 0 {
		t.Errorf("articles beside the error %v", err)
	}
	for _, a := range b.Articles {
		if a.ID == "" || (strings.TrimSpace(a.Title+a.Body) == "" && a.Standing != alerts.Withdrawn) {
			t.Errorf("an article without ID or text: %+v", a)
		}
		if !utf8.ValidString(a.Title) || !utf8.ValidString(a.Body) || strings.ContainsAny(a.Title, "\n\r\x00") {
			t.Errorf("a headline or text that is no clean UTF-8: %q, %q", a.Title, a.Body)
		}
		if !a.Published.IsZero() && a.Published.Location() != time.UTC {
			t.Errorf("a time that is not in UTC: %v", a.Published)
		}
	}
	for _, p := range b.Problems {
		if !strings.HasPrefix(p.Place, name) || p.Err == nil {
			t.Errorf("problem %+v", p)
		}
	}
}

func FuzzDecodeXML(f *testing.F) {
	fuzzSamples(f, "*.xml")
	f.Add([]byte("<nitf><body><body.content>&lol;<p><br><p></nitf>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Decode("a.xml", bytes.NewReader(data))
		checkBatch(t, "a.xml", b, err)
	})
}

func FuzzDecodeTelegram(f *testing.F) {
	fuzzSamples(f, "*.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := decodeTelegrams("a.txt", data)
		checkBatch(t, "a.txt", b, err)
	})
}
