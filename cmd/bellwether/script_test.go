package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
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
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
