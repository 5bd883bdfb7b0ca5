package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestManifest(t *testing.T) {
	for file, address := range map[string]string{
		"testdata/manifest_socket.json": "", "testdata/manifest_http.json": "https://alerts.example.org",
	} {
		got, err := Manifest(address)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(got) {
			t.Errorf("%s: no JSON", file)
		}
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s", file, got)
		}
	}
}

func TestManifestKeepsSlacksLimits(t *testing.T) {
	for what, l := range map[string]struct {
		text        string
		least, most int
	}{
		"name": {appName, 1, maxAppName}, "description": {appDescription, 1, maxDescription}, "long description": {appLong, minLong, maxLong},
		"the command's description": {commandAbout, 1, 2000}, "the command's usage": {commandUsage, 1, 1000}, "the command": {Command, 1, 32},
	} {
		if n := utf8.RuneCountInString(l.text); n < l.least || n > l.most {
			t.Errorf("%s has %d characters, Slack takes %d to %d", what, n, l.least, l.most)
		}
	}
}
