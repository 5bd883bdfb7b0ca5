package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bellwether/bellwether/adapters/redis/embedded"
)

// TestMain lets the test binary stand in for bellwether in the scripts: the
// same main, in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bellwether": main})
}

// TestScripts runs testdata/script/*.txtar, each in an empty folder with an
// environment of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_DATA_HOME", e.WorkDir+"/data")
			e.Setenv("TZ", "UTC")
			if addr := os.Getenv("BELLWETHER_TEST_REDIS"); addr != "" {
				e.Setenv("TEST_REDIS_URL", "redis://"+addr)
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			return name == "redis" && os.Getenv("BELLWETHER_TEST_REDIS") != "", nil
		},
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"hold": hold, "serve": serveFolder},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// hold FILE keeps an embedded store open until the script ends, as another
// bellwether would.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold FILE")
	}
	server, err := embedded.Open(context.Background(), ts.MkAbs(args[0]), slog.New(slog.DiscardHandler))
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
}

// serveFolder is the command "serve DIR": it serves a folder by HTTP until the script ends, at $SERVER.
func serveFolder(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve DIR")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Setenv("SERVER", server.URL)
	ts.Setenv("HOSTPORT", strings.TrimPrefix(server.URL, "http://"))
}
