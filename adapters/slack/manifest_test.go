package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
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

// TestManifestForms: with an address everything comes there, without one
// nothing does, and both ask for the same.
func TestManifestForms(t *testing.T) {
	for _, address := range []string{"", "https://alerts.example.org"} {
		text, err := Manifest(address)
		if err != nil {
			t.Fatal(err)
		}
		var m manifest
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		want := func(what, got, path string) {
			if address != "" {
				path = address + path
			} else {
				path = ""
			}
			if got != path {
				t.Errorf("%q: %s is %q, want %q", address, what, got, path)
			}
		}
		want("the command's address", m.Features.Commands[0].URL, "/slack/commands")
		want("the address of events", m.Settings.Events.URL, "/slack/events")
		want("the address of presses", m.Settings.Interactivity.URL, "/slack/interactivity")
		want("the way back", strings.Join(m.OAuth.Redirects, " "), "/slack/oauth/callback")
		if m.Settings.SocketMode != (address == "") || m.Settings.OrgDeploy || m.Settings.TokenRotation || !m.Settings.Interactivity.On {
			t.Errorf("%q: %+v", address, m.Settings)
		}
		if !slices.Equal(m.OAuth.Scopes.Bot, Scopes()) || !slices.Equal(m.Settings.Events.Events, Events()) {
			t.Errorf("%q asks for %v, %v", address, m.OAuth.Scopes.Bot, m.Settings.Events.Events)
		}
		if n := len(m.Settings.Events.Events); n > 100 {
			t.Errorf("%d events, Slack takes 100", n)
		}
		if n := len(m.Features.Bot.Name); n > 80 || strings.Trim(m.Features.Bot.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ") != "" {
			t.Errorf("the bot's name is %q", m.Features.Bot.Name)
		}
		if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(m.Display.Background) {
			t.Errorf("the background is %q", m.Display.Background)
		}
	}
}
