package adaptertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// StartSentinel starts a redis-server and a sentinel that watches it under the
// name "main", and returns the sentinel's address. The test's end stops both.
func StartSentinel(t testing.TB) string {
	t.Helper()
	host, port, _ := strings.Cut(StartRedis(t).Addr, ":")
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main %s %s 1\n", host, port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func(s *Server) []string {
		_, own, _ := strings.Cut(s.Addr, ":")
		return []string{conf, "--sentinel", "--port", own, "--bind", "127.0.0.1", "--dir", s.dir}
	}, func(ctx context.Context, c *goredis.Client, _ *Server) bool {
		master, err := c.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main").StringSlice()
		return err == nil && len(master) == 2 && master[1] == port
	}).Addr
}
