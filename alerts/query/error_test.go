package query_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts/query"
)

var update = flag.Bool("update", false, "write testdata/errors.golden anew")

// testdata/errors.golden holds wrong queries, each with its error below it.
func TestErrors(t *testing.T) {
	const file = "testdata/errors.golden"
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(golden)) {
		in := strings.TrimSuffix(line, "\n")
		if in == "" || strings.HasPrefix(in, "#") || strings.HasPrefix(in, "    ") {
			if !strings.HasPrefix(in, "    ") {
				got.WriteString(line)
			}
			continue
		}
		got.WriteString(line + "    " + errorOf(t, in) + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got.String() != string(golden) {
		t.Errorf("%s differs; got\n%s", file, got.String())
	}
}

func errorOf(t *testing.T, in string) string {
	q, err := query.Parse(in)
	var e *query.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: parsed as %q, %v", in, q, err)
		return "no error"
	}
	if e.Position < 1 || e.Position > utf8.RuneCountInString(in)+1 || e.Problem == "" || e.Mend == "" {
		t.Errorf("%s: %#v", in, e)
	}
	return err.Error()
}

// What has no word has no characters to show in a golden file.
func TestErrorsOfNothing(t *testing.T) {
	for _, in := range []string{"", " ", "\n", "…", ",", " , ", "--", "🏭", "\xff"} {
		if got, want := errorOf(t, in), "no word to look for at character 1: type one, such as tariff"; got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

// Doing what an error says mends it.
func TestMends(t *testing.T) {
	for in, mended := range map[string]string{
		`steel, "iron ore`:     `steel, "iron ore"`,
		"(steel OR iron":       "(steel OR iron)",
		"steel OR iron)":       "(steel OR iron)",
		"steel NEAR iron":      "steel NEAR/5 iron",
		"NEAR":                 "near steel",
		"us":                   "US",
		"NOT steel":            "tariff AND NOT steel",
		"x1 NEAR/5 y1 SAME z1": "x1 NEAR/5 y1 AND y1 SAME z1",
		"*sanction":            "sanction*",
		"title:(lead:x)":       "title:steel AND lead:x1",
		"caps:(title:x)":       "title:caps:AIDS",
	} {
		errorOf(t, in)
		if _, err := query.Parse(mended); err != nil {
			t.Errorf("%s, mended %s: %v", in, mended, err)
		}
	}
}
