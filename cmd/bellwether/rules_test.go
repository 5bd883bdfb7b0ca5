package main_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The rules of the repository that a reader relies on, kept without a linter.
const (
	module   = "github.com/bellwether/bellwether"
	root     = "../.."
	maxLines = 450
)

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range list(t) {
		if !inModule(p.ImportPath) {
			continue
		}
		var docs []string
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc.Text() != "" {
				docs = append(docs, name)
			}
		}
		if len(docs) != 1 {
			t.Errorf("%s: the package comment stands in %d files %v, want one", p.name(), len(docs), docs)
		}
	}
}

// TestSourceFiles looks at every Go file of the repository.
func TestSourceFiles(t *testing.T) {
	n := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base == "testdata" || base == "bin" || (strings.HasPrefix(base, ".") && name != root) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") {
			n++
			checkFile(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 20 {
		t.Errorf("found only %d Go files: is %q still the root of the repository?", n, root)
	}
}

func checkFile(t *testing.T, name string) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		t.Fatal(err)
	}
	rel = filepath.ToSlash(rel)
	forTests := strings.HasSuffix(rel, "_test.go") || strings.HasPrefix(rel, "adapters/adaptertest/")
	if n := bytes.Count(src, []byte("\n")); n > maxLines && !forTests {
		t.Errorf("%s has %d lines: divide it, %d is the most", rel, n, maxLines)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	forbidden := map[string]string{
		"time.Sleep": "a context must be able to end every wait; tests use a signal, an injected clock, or time.After in a bubble of testing/synctest",
	}
	if !forTests && !strings.HasPrefix(rel, "cmd/") {
		for _, f := range []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"} {
			forbidden["os."+f] = "the environment is read in cmd only"
		}
	}
	pure := !forTests && strings.HasPrefix(rel, "alerts/")
	if pure {
		for _, f := range []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"} {
			forbidden["time."+f] = "alerts is pure: the time comes in as a value"
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if x, ok := node.X.(*ast.Ident); ok {
				if why, bad := forbidden[x.Name+"."+node.Sel.Name]; bad {
					t.Errorf("%s:%d: %s.%s: %s", rel, fset.Position(node.Pos()).Line, x.Name, node.Sel.Name, why)
				}
			}
		case *ast.GoStmt:
			if pure {
				t.Errorf("%s:%d: a goroutine: alerts is pure", rel, fset.Position(node.Pos()).Line)
			}
		case *ast.CallExpr:
			if f, ok := node.Fun.(*ast.Ident); ok && f.Name == "panic" && !forTests && isStub(node) {
				t.Errorf("%s:%d: a panic stands for work that is not done", rel, fset.Position(node.Pos()).Line)
			}
		}
		return true
	})
}

// isStub reports whether a panic's message says that something is missing.
func isStub(call *ast.CallExpr) bool {
	for _, argument := range call.Args {
		literal, ok := argument.(*ast.BasicLit)
		if !ok {
			continue
		}
		text := strings.ToLower(literal.Value)
		for _, word := range []string{"todo", "fixme", "implement"} {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

func TestReadmeNamesTheTwoCommands(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"make run", "make test"} {
		if !bytes.Contains(src, []byte(command)) {
			t.Errorf("README.md does not name %q", command)
		}
	}
}
