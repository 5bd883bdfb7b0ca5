package main_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// row says what some packages of the module may import. A package is written
// relative to the module; "/..." takes in what is below, and SELF is the
// importer's own second-level folder. depguard in .golangci.yml keeps the same
// table while one types; this one holds where the linter is not run.
type row struct {
	of         string   // the packages that the row is about; the first row that fits counts
	own        []string // what they may import of this module
	thirdParty []string // prefixes of import paths; "*" is anything
	pure       bool     // no I/O, no clock, no logger, no goroutine
}

func importTable() []row {
	text := []string{
		"golang.org/x/text", "github.com/blevesearch/snowballstem", "github.com/clipperhouse/uax29/v2",
	}
	data := append([]string{
		"github.com/cespare/xxhash/v2", "github.com/RoaringBitmap/roaring/v2", "github.com/RadhiFadlillah/whatlanggo",
	}, text...)
	bot := []string{
		"github.com/prometheus/client_golang/prometheus", "golang.org/x/sync", "golang.org/x/net/publicsuffix",
		"go.opentelemetry.io/otel",
	}
	return []row{
		{of: "alerts/text/...", own: []string{"alerts/text/..."}, thirdParty: text, pure: true},
		{of: "alerts/query/...", own: []string{"alerts/query/...", "alerts/text/..."}, thirdParty: text, pure: true},
		{of: "alerts", own: []string{"alerts/query"}, pure: true},
		{of: "alerts/...", own: []string{"alerts", "alerts/text/...", "alerts/query/...", "SELF/..."}, thirdParty: data, pure: true},
		{of: "bot/chat/legible", own: []string{"alerts", "bot/chat"}, thirdParty: []string{"github.com/clipperhouse/uax29/v2"}},
		{of: "bot/chat/...", own: []string{"alerts"}},
		{of: "bot/...", own: []string{"alerts/...", "bot/chat"}, thirdParty: bot},
		{of: "adapters/adaptertest/...", own: []string{"..."}, thirdParty: []string{"*"}},
		{of: "adapters/...", own: []string{"alerts", "alerts/query", "bot/chat/...", "adapters/httpx/...", "SELF/..."}, thirdParty: []string{"*"}},
		{of: "cmd/...", own: []string{"..."}, thirdParty: []string{"*"}},
		{of: "examples/...", thirdParty: []string{"go.yaml.in/yaml/v3"}},
	}
}

var (
	// impure are the standard packages that do what alerts must not.
	impure = []string{"crypto/rand", "log", "log/slog", "net", "net/http", "os", "os/exec", "os/signal", "syscall"}
	// telemetry is what only cmd may choose.
	telemetry = []string{"go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/otel/exporters"}
)

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	Imports    []string
	GoFiles    []string
}

func (p pkg) name() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

// list gives every package that the module's packages are made of, by import
// path; tests do not count.
func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Dir,Standard,Imports,GoFiles", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	all := map[string]pkg{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatalf("reading what go list says: %v", err)
		}
		all[p.ImportPath] = p
	}
	return all
}

func inModule(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// fits reports whether the pattern of a row takes in a package.
func fits(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	return name == pattern
}

// self is the top folder of a package's own layer: adapters/redis for
// adapters/redis/embedded.
func self(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// allows says why a package must not import another, or "" if it may.
func (r row) allows(p, imported pkg) string {
	switch {
	case inModule(imported.ImportPath):
		if fits("adapters/adaptertest/...", imported.name()) && !fits("adapters/adaptertest/...", p.name()) {
			return "it is for tests only"
		}
		for _, pattern := range r.own {
			if fits(strings.Replace(pattern, "SELF", self(p.name()), 1), imported.name()) {
				return ""
			}
		}
		return "of this module it may import " + strings.Join(r.own, ", ")
	case imported.Standard:
		if r.pure && slices.Contains(impure, imported.ImportPath) {
			return "alerts is pure: no I/O, no logger"
		}
		return ""
	default:
		under := func(prefix string) bool {
			return prefix == "*" || imported.ImportPath == prefix || strings.HasPrefix(imported.ImportPath, prefix+"/")
		}
		if !slices.ContainsFunc(r.thirdParty, under) {
			return "of other modules it may import " + strings.Join(r.thirdParty, ", ")
		}
		if !slices.Contains(r.thirdParty, "*") && slices.ContainsFunc(telemetry, under) {
			return "only OpenTelemetry's API, not its SDK"
		}
		return ""
	}
}

func TestImportsFollowTheTable(t *testing.T) {
	all := list(t)
	table := importTable()
	for _, path := range slices.Sorted(maps.Keys(all)) {
		p := all[path]
		if !inModule(path) {
			continue
		}
		i := slices.IndexFunc(table, func(r row) bool { return fits(r.of, p.name()) })
		if i < 0 {
			t.Errorf("%s has no row in the import table: give it one here and in .golangci.yml", p.name())
			continue
		}
		for _, path := range p.Imports {
			imported, ok := all[path]
			if !ok {
				continue // "C" or "unsafe"
			}
			if why := table[i].allows(p, imported); why != "" {
				t.Errorf("%s imports %s: %s", p.name(), path, why)
			}
		}
		if table[i].pure {
			if way := wayTo(all, p, "net/http"); way != nil {
				t.Errorf("%s reaches the network: %s", p.name(), strings.Join(way, " → "))
			}
		}
	}
}

// wayTo gives the chain of imports by which from reaches target, or nil.
func wayTo(all map[string]pkg, from pkg, target string) []string {
	seen := map[string]bool{}
	var walk func(path string) []string
	walk = func(path string) []string {
		if path == target {
			return []string{path}
		}
		if seen[path] {
			return nil
		}
		seen[path] = true
		for _, next := range all[path].Imports {
			if way := walk(next); way != nil {
				return append([]string{path}, way...)
			}
		}
		return nil
	}
	return walk(from.ImportPath)
}

// A test of the test: what the table forbids is found.
func TestTheTableForbids(t *testing.T) {
	third := func(path string) pkg { return pkg{ImportPath: path} }
	own := func(name string) pkg { return pkg{ImportPath: module + "/" + name} }
	std := func(path string) pkg { return pkg{ImportPath: path, Standard: true} }
	for _, c := range []struct {
		from    string
		to      pkg
		allowed bool
	}{
		{"alerts", own("alerts/query"), true},
		{"alerts", own("alerts/text"), false},
		{"alerts", third("golang.org/x/text/unicode/norm"), false},
		{"alerts/query", own("alerts/text"), true},
		{"alerts/query", own("alerts"), false},
		{"alerts/text", third("golang.org/x/text/unicode/norm"), true},
		{"alerts/match", own("alerts"), true},
		{"alerts/match", own("alerts/summary"), false},
		{"alerts/match", std("log/slog"), false},
		{"alerts/match", std("strings"), true},
		{"bot/chat", own("alerts"), true},
		{"bot/chat", own("alerts/query"), false},
		{"bot/ingest", own("bot/matching"), false},
		{"bot/ingest", own("adapters/feed"), false},
		{"bot/ingest", own("alerts/story"), true},
		{"bot/ingest", third("golang.org/x/net/html"), false},
		{"bot/ingest", third("golang.org/x/net/publicsuffix"), true},
		{"bot/dispatch", third("go.opentelemetry.io/otel/trace"), true},
		{"bot/dispatch", third("go.opentelemetry.io/otel/sdk/trace"), false},
		{"adapters/feed", own("adapters/httpx"), true},
		{"adapters/feed", own("adapters/wire"), false},
		{"adapters/feed", own("adapters/redis/embedded"), false},
		{"adapters/redis", own("adapters/redis/embedded"), true},
		{"adapters/redis", own("bot"), false},
		{"adapters/redis", third("github.com/redis/go-redis/v9"), true},
		{"cmd/bellwether", own("bot"), true},
		{"cmd/bellwether", own("adapters/adaptertest"), false},
	} {
		table := importTable()
		r := table[slices.IndexFunc(table, func(r row) bool { return fits(r.of, c.from) })]
		if got := r.allows(own(c.from), c.to) == ""; got != c.allowed {
			t.Errorf("%s may import %s: %v, want %v", c.from, c.to.ImportPath, got, c.allowed)
		}
	}
}
