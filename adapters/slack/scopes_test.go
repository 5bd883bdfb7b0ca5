package slack

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestScopesAreThoseThatTheCodeUses looks through this package for calls of
// slack-go's client: each must be in the table, and nothing else may be.
func TestScopesAreThoseThatTheCodeUses(t *testing.T) {
	called := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && isClient(f.X) {
					called[f.Sel.Name] = true
				}
			}
			return true
		})
	}
	if len(called) < 10 {
		t.Fatalf("found only the calls %v: are clients named otherwise now?", called)
	}
	for name := range called {
		if _, ok := calls[name]; !ok {
			t.Errorf("%s is called and has no row in the table of calls", name)
		}
	}
	methods := map[string]bool{"apps.connections.open": true, "oauth.v2.access": true} // by socketmode, and by the installer
	for name, all := range calls {
		if !called[name] {
			t.Errorf("%s is in the table of calls and not called", name)
		}
		for _, m := range all {
			methods[m] = true
			if _, ok := methodScopes[m]; !ok {
				t.Errorf("%s has no row in the table of scopes", m)
			}
		}
	}
	for m := range methodScopes {
		if !methods[m] {
			t.Errorf("%s is in the table of scopes and not called", m)
		}
	}
}

// isClient reports whether an expression is a slack-go client: X.API, s.api, api,
// or what API(token) gives.
func isClient(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "api"
	case *ast.SelectorExpr:
		return x.Sel.Name == "API" || x.Sel.Name == "api"
	case *ast.CallExpr:
		f, ok := x.Fun.(*ast.SelectorExpr)
		return ok && f.Sel.Name == "API"
	}
	return false
}

func TestScopes(t *testing.T) {
	want := "app_mentions:read channels:history channels:join channels:read chat:write commands files:write " +
		"groups:history groups:read im:history im:write users:read"
	if got := strings.Join(Scopes(), " "); got != want {
		t.Errorf("Scopes:\n got %s\nwant %s", got, want)
	}
}
