package wire

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

func gzipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// places joins what problems say.
func places(b alerts.Batch) string {
	var all []string
	for _, p := range b.Problems {
		all = append(all, p.Place+": "+p.Err.Error())
	}
	return strings.Join(all, "\n")
}

func TestDecodeLines(t *testing.T) {
	at := time.Date(2024, 3, 20, 10, 30, 0, 0, time.UTC)
	midnight := at.Truncate(24 * time.Hour)
	tests := []struct {
		name, in string
		want     []alerts.Article
		problems string
	}{
		{"nothing", "", nil, ""},
		{
			"all fields",
			"\uFEFF" + `{"id":"1","title":"T","body":"A.\n\nB  \r\n","url":" https://x.example/ ","source":"S","agency":"A","distributor":"D","published":"2024-03-20T12:30:00+02:00","language":"de_AT","more":[1]}`,
			[]alerts.Article{{
				ID: "1", Title: "T", Body: "A.\n\nB  \r\n", URL: "https://x.example/", Publisher: "S", Agency: "A",
				Distributor: "D", Language: "de-at", Published: at,
			}},
			"",
		},
		{"lang", `{"id":"1","title":" T ","lang":"ZH"}`, []alerts.Article{{ID: "1", Title: " T ", Language: "zh"}}, ""},
		{"language before lang", `{"id":"1","title":"T","lang":"zh","language":"en"}`, []alerts.Article{{ID: "1", Title: "T", Language: "en"}}, ""},
		{"a number for an id", `{"id":17,"title":"T"}`, []alerts.Article{{ID: "17", Title: "T"}}, ""},
		{"no title known", `{"id":"1","title":"","body":"B"}`, []alerts.Article{{ID: "1", Body: "B"}}, ""},
		{"a plain date", `{"id":"1","title":"T","published":"2024-03-20"}`, []alerts.Article{{ID: "1", Title: "T", Published: midnight}}, ""},
		{"no zone", `{"id":"1","title":"T","published":"2024-03-20T10:30:00"}`, []alerts.Article{{ID: "1", Title: "T", Published: at}}, ""},
		{"no date", `{"id":"1","title":"T","published":"Updated: 2024-02-31"}`, []alerts.Article{{ID: "1", Title: "T"}}, ""},
		{"null", `{"id":"1","title":"T","body":null,"published":null}`, []alerts.Article{{ID: "1", Title: "T"}}, ""},
		{
			"broken lines",
			"{\"id\":\"1\",\"title\":\"T\"}\r\n\n{\"id\":\"2\"\n[1]\n{\"title\":\"T\"}\n{\"id\":\"5\",\"title\":\" \"}\n{\"id\":\"6\",\"title\":6}\n{\"id\":\"7\",\"title\":\"T\"}",
			[]alerts.Article{{ID: "1", Title: "T"}, {ID: "7", Title: "T"}},
			"a.jsonl:3: the line is not JSON, at byte 9: unexpected end of JSON input\n" +
				"a.jsonl:4: the line holds a JSON array, and no object with id and title\n" +
				"a.jsonl:5: the article has no id\n" +
				"a.jsonl:6: the article is empty: it has neither a title nor a body\n" +
				"a.jsonl:7: \"title\" is a JSON number, and should be a string",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []string{tt.in, gzipped(t, tt.in)} {
				b, err := Decode("a.jsonl", strings.NewReader(in))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, b.Articles); diff != "" {
					t.Errorf("articles (-want +got):\n%s", diff)
				}
				if got := places(b); got != tt.problems {
					t.Errorf("problems:\n%s\nwant\n%s", got, tt.problems)
				}
				if b.Kind != alerts.FileSource {
					t.Error("not marked as files")
				}
			}
		})
	}
}

func TestDecodeLongLines(t *testing.T) {
	line := func(n int) string {
		head, tail := `{"id":"1","title":"T","body":"`, `"}`
		return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
	}
	in := line(MaxLine-1) + "\n" + line(MaxLine) + "\n" + line(100) + "\n" + line(MaxLine+5)
	b, err := Decode("-", strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := "-:2: the line is longer than 16777216 bytes\n-:4: the line is longer than 16777216 bytes"
	if len(b.Articles) != 2 || places(b) != want {
		t.Errorf("%d articles, problems %s", len(b.Articles), places(b))
	}
}

func TestDecodeErrors(t *testing.T) {
	broken := errors.New("the disk is gone")
	tests := []struct {
		name string
		in   io.Reader
		want string
	}{
		{"a.pdf", strings.NewReader(""), "it is no article file: its name should end with one of .txt, .jsonl, .json, .xml, or with .gz behind that"},
		{"a.gz", strings.NewReader(""), "no article file"},
		{"a.txt.gz.gz", strings.NewReader(""), "no article file"},
		{"a.xml", strings.NewReader(""), "it is no XML"},
		{"a.txt", iotest.ErrReader(broken), "the disk is gone"},
		{"a.jsonl", io.MultiReader(strings.NewReader("{}\n"), iotest.ErrReader(broken)), "reading line 2: the disk is gone"},
		{"a.jsonl.gz", strings.NewReader("\x1f\x8b broken, and for more than ten bytes"), "gzip: invalid header"},
		{"a.jsonl", strings.NewReader(gzipped(t, `{"id":"1","title":"T"}`)[:20]), "EOF"},
		{"a.json", strings.NewReader(" "), "the file is empty"},
		{"a.json", strings.NewReader("{\n\"uri\": x}"), "line 2: invalid character"},
		{"a.json", strings.NewReader("[1,\n\n2"), "line 3: unexpected end"},
	}
	for _, tt := range tests {
		_, err := Decode(tt.name, tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A small archive that unpacks to more than is read ends with an error.
func TestDecodeBomb(t *testing.T) {
	l := &limited{r: iotest.DataErrReader(strings.NewReader("123456")), left: 5}
	if _, err := io.ReadAll(l); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	l = &limited{r: strings.NewReader("12345"), left: 5}
	if data, err := io.ReadAll(l); err != nil || len(data) != 5 {
		t.Errorf("got %q, %v", data, err)
	}
	bomb := gzipped(t, strings.Repeat("\n", MaxFile+1))
	if _, err := Decode("a.txt.gz", strings.NewReader(bomb)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d packed bytes: got %v", len(bomb), err)
	}
}

func TestDecodeOthers(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(Decoders{".xml": func(in io.Reader) (alerts.Batch, error) {
		data, err := io.ReadAll(in)
		b := alerts.Batch{
			Articles: []alerts.Article{{ID: string(data)}},
			Problems: []alerts.ItemProblem{{Place: "item 2", Err: broken}},
		}
		return b, err
	}})
	b, err := r.Decode("dir/A.XML.gz", strings.NewReader(gzipped(t, "x")))
	if err != nil || len(b.Articles) != 1 || b.Articles[0].ID != "x" || b.Kind != alerts.FileSource ||
		places(b) != "dir/A.XML.gz: item 2: broken" {
		t.Errorf("got %+v, %v", b, err)
	}
	for name, want := range map[string]bool{
		"a.txt": true, "A.TXT.GZ": true, "a.jsonl": true, "a.json": true, "a.xml": true, "-": true,
		"a": false, "a.gz": false, "a.pdf": false, "txt": false,
	} {
		if got := r.Knows(name); got != want {
			t.Errorf("Knows(%q) = %v", name, got)
		}
	}
}

func TestDecodeText(t *testing.T) {
	b, err := Decode("a.txt", strings.NewReader("date 2024-03-20 AAP\nH\n\nB.\ndate 2024-03-21 AAP\n"))
	if err != nil || len(b.Articles) != 1 || b.Articles[0].Title != "H" || places(b) != "a.txt:5: the story has no headline" {
		t.Errorf("got %+v, %v", b, err)
	}
	b, err = Decode("a.txt", strings.NewReader(" \n"))
	if err != nil || len(b.Articles) != 0 || places(b) != "a.txt:1: the file is empty" {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestDecodeNinjs(t *testing.T) {
	created := time.Date(2024, 3, 20, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name, in string
		want     []alerts.Article
		problems string
	}{
		{
			"1.x",
			`{"uri":"urn:x:1","headline":"One &amp; two","versioncreated":"2024-03-20T10:00:00+01:00","language":"en-GB",
			"copyrightholder":"The Agency","body_text":"A. B.","body_xhtml":"<p>A.</p><p>B.</p>","byline":"N. N."}`,
			[]alerts.Article{{
				ID: "urn:x:1", Title: "One & two", Body: "A.\n\nB.", Publisher: "The Agency", Language: "en-gb", Published: created,
			}},
			"",
		},
		{
			"3.x",
			`[{"uri":"https://x.example/2","headlines":[{"role":"short","value":"S"},{"role":"main","value":"Main"}],
			"versionCreated":"2024-03-20T09:00:00Z","infoSources":[{"role":"x"},{"name":"Info"}],
			"bodies":[{"role":"text","contentType":"text/plain","value":"Only a stub."},
			{"role":"html5","contentType":"text/html","value":"<h1>H</h1><p>The whole of the text.</p>"}]}]`,
			[]alerts.Article{{
				ID: "https://x.example/2", URL: "https://x.example/2", Title: "Main", Body: "H\n\nThe whole of the text.",
				Publisher: "Info", Published: created,
			}},
			"",
		},
		{
			"several, of which some are none",
			`{"items":[{"uri":"1","headline":"A","description_text":"D"},{"uri":"2"},{"headline":"C"},5,
			{"uri":"4","headline":"D","pubstatus":"withheld"},{"uri":"5","headline":5,"title":"T","bodies":"x"}]}`,
			[]alerts.Article{
				{ID: "1", Title: "A", Body: "D"},
				{ID: "sha256:12f37a8a84034d3e623d726fe10e5031", Title: "C"},
				{ID: "4", Title: "D", Standing: alerts.Withdrawn},
				{ID: "5", Title: "T"},
			},
			"a.json: item 2: it holds no news text: it has neither a headline nor a text\n" +
				"a.json: item 4: the item is damaged: json: cannot unmarshal number into Go value of type map[string]json.RawMessage",
		},
		{"a line of JSON lines", "{\"id\":\"1\",\n\"title\":\"T\"}", []alerts.Article{{ID: "1", Title: "T"}}, ""},
		{"nothing in it", `{}`, nil, "a.json: the item has no uri, no headline and no text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Decode("a.json", strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.Articles); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
			if got := places(b); got != tt.problems {
				t.Errorf("problems:\n%s\nwant\n%s", got, tt.problems)
			}
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		"{\"id\":1,\"title\":\"T\"}\n{", `{"uri":"u","headlines":[{"value":"<b>H"}],"bodies":[{"contentType":"html","value":"<p>"}]}`,
		`[{"URI":"u","headline":"h","infosource":[{"name":null}]}]`, `{"items":{"_items":[[]]}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range []string{"a.jsonl", "a.json"} {
			b, err := Decode(name, strings.NewReader(s))
			if err != nil {
				continue
			}
			for _, a := range b.Articles {
				if a.ID == "" || strings.TrimSpace(a.Title+a.Body) == "" {
					t.Errorf("%s: an article without ID or text: %+v", name, a)
				}
			}
			for _, p := range b.Problems {
				if !strings.HasPrefix(p.Place, name) || p.Err == nil {
					t.Errorf("%s: problem %+v", name, p)
				}
			}
		}
	})
}
