package spec_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
)

// TestValidate: what is right passes, what is not doesn't.
func TestValidate(t *testing.T) {
	check := spec.Validate(t)
	if check == nil {
		t.Skip("no description of Discord's API")
	}
	for _, tt := range []struct {
		method, path, body string
		ok                 bool
	}{
		{http.MethodPost, "channels/1/messages", `{"content":"a","embeds":[],"components":[],"allowed_mentions":{"parse":[]},"nonce":"x","enforce_nonce":true}`, true},
		{http.MethodPost, "channels/1/messages", `{"content":7}`, false},
		{http.MethodPost, "channels/1/messages", `{"embeds":[{"title":"` + strings.Repeat("x", 257) + `"}]}`, false},
		{http.MethodGet, "channels/1/messages?limit=100&after=2", "", true},
		{http.MethodGet, "channels/1/messages?limit=1000", "", false},
		{http.MethodPost, "channels/1/massages", "{}", false},
		{http.MethodPatch, "channels/1", `{"archived":false}`, true},
		{http.MethodPost, "interactions/1/t/callback", `{"type":5,"data":{"flags":64}}`, true},
		{http.MethodPost, "interactions/1/t/callback", `{"type":99}`, false},
	} {
		r := httptest.NewRequest(tt.method, "/api/v10/"+tt.path, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		if err := check(r, []byte(tt.body)); (err == nil) != tt.ok {
			t.Errorf("%s %s %s: %v", tt.method, tt.path, tt.body, err)
		}
	}
}
