// Package spec checks requests against Discord's own description of its API,
// where that is at hand.
package spec

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// base is where the API is below a server's address.
const base = "/api/v10"

// described is the description, read once: it is large.
var described = sync.OnceValues(func() (routers.Router, error) { return load(find()) })

// find gives the file of the description, in the folder of optional test data.
func find() string {
	if root := os.Getenv("BELLWETHER_SHARED"); root != "" {
		return filepath.Join(root, "discord", "openapi.json")
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join(filepath.Dir(dir), "shared", "discord", "openapi.json")
}

func load(file string) (routers.Router, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("read Discord's description of its API: %w", err)
	}
	doc.Servers = openapi3.Servers{{URL: base}} // wherever the fake is
	return gorillamux.NewRouter(doc)
}

// Validate gives a check of requests, which returns what is wrong with one. It
// is nil, with a word in the test's log, where the description is not at hand;
// one that can't be read fails the test.
func Validate(t testing.TB) func(*http.Request, []byte) error {
	t.Helper()
	router, err := described()
	switch {
	case os.IsNotExist(err):
		t.Log("requests are not checked against Discord's openapi.json, which is not there (set BELLWETHER_SHARED)")
		return nil
	case err != nil:
		t.Fatal(err)
	}
	return func(r *http.Request, body []byte) error { return check(router, r, body) }
}

func check(router routers.Router, r *http.Request, body []byte) error {
	r = r.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	// Bodies with files are described as forms of which only their JSON counts.
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	route, params, err := router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err)
	}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err != nil {
		return fmt.Errorf("%s %s is not as Discord describes it: %s", r.Method, r.URL.Path, cmp.Or(short(err.Error()), "unknown"))
	}
	return nil
}

// short cuts the schema off an error.
func short(s string) string {
	s, _, _ = strings.Cut(s, "\nSchema:")
	return s
}
