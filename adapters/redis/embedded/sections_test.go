package embedded_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/redis/embedded"
)

// TestTornFile has the machine die in the middle of each save behind the first,
// at any byte.
func TestTornFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	c := connect(t, s)
	save := func(text string) []byte {
		t.Helper()
		if err := c.Articles().SaveState(t.Context(), "feed", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	one := save("one")
	two := save("two")
	if !bytes.HasPrefix(two, one) || len(two) == len(one) {
		t.Fatalf("a small change is not written behind the rest: %d bytes, then %d", len(one), len(two))
	}
	check := func(name string, data []byte, want string) {
		t.Helper()
		torn := filepath.Join(t.TempDir(), "store")
		if err := os.WriteFile(torn, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, torn)
		c := connect(t, s)
		for _, want := range []string{want, "three"} { // it can be written to again
			got, err := c.Articles().State(t.Context(), "feed")
			if err != nil || string(got) != want {
				t.Errorf("%s: %q, %v, want %q", name, got, err, want)
			}
			if err := c.Articles().SaveState(t.Context(), "feed", []byte("three")); err != nil {
				t.Fatal(err)
			}
		}
		_ = c.Close()
		shut(t, s)
	}
	check("whole", two, "two")
	for cut := len(one); cut < len(two); cut += 7 {
		check(fmt.Sprint("cut at ", cut-len(one)), two[:cut], "one")
	}
	check("zeros", append(bytes.Clone(one), make([]byte, 4096)...), "one")
	check("half of it zeros", append(bytes.Clone(two[:len(two)-50]), make([]byte, 50)...), "one")

	damaged := append(bytes.Clone(two), two[len(one):]...) // a section that belongs elsewhere
	damaged[len(one)+20] ^= 1
	bad := filepath.Join(t.TempDir(), "store")
	if err := os.WriteFile(bad, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Open(t.Context(), bad, nil); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a section that changed before others: %v", err)
	}
}

// TestManyChanges has the file grow and be written anew.
func TestManyChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	s := open(t, path)
	c := connect(t, s)
	most := int64(0)
	for i := range 60 {
		state := strings.Repeat(fmt.Sprint(i, " "), 20_000)
		if err := c.Articles().SaveState(t.Context(), "feed", []byte(state)); err != nil {
			t.Fatal(err)
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, info.Size())
		if i%10 == 0 {
			again := connect(t, open(t, snapshot(t, path)))
			if got, err := again.Articles().State(t.Context(), "feed"); err != nil || string(got) != state {
				t.Errorf("change %d: %d bytes, %v", i, len(got), err)
			}
		}
	}
	if most > 2<<20 {
		t.Errorf("the file grew to %d bytes", most)
	}
	_ = c.Close()
	shut(t, s)
	if info, err := os.Stat(path); err != nil || info.Size() > 200_000 {
		t.Errorf("at the end: %d bytes, %v", info.Size(), err)
	}
}
