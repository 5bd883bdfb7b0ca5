package adaptertest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// KeepsAll are arguments of a server that has every change in its append-only
// files, from its start on, be they rewritten or not: see [Server.Written].
func KeepsAll() []string {
	return []string{"--appendonly", "yes", "--auto-aof-rewrite-percentage", "0", "--aof-disable-auto-gc", "yes"}
}

// Written calls f for each command that changed something on the server, in
// their order, as its append-only files have them: what a script did comes as
// the commands that it gave. A server that was started with [KeepsAll] has all,
// but for what it took over from a master as a whole. Those who look disturb
// nobody.
func (s *Server) Written(t testing.TB, f func(command []string)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) == 0 {
		t.Fatalf("server %s has no append-only files: %v", s.Addr, err)
	}
	number := func(path string) (n int) {
		_, _ = fmt.Sscanf(filepath.Base(path), "appendonly.aof.%d.", &n)
		return n
	}
	slices.SortFunc(files, func(a, b string) int { return number(a) - number(b) })
	for _, path := range files {
		if err := readCommands(path, f); err != nil {
			t.Fatalf("read what server %s has written: %v", s.Addr, err)
		}
	}
}

// readCommands reads a file of commands. The last may be half written.
func readCommands(path string, f func(command []string)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, 1<<20)
	for {
		_, command, err := readCommand(r)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		f(command)
	}
}
