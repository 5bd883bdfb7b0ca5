package adaptertest_test

import (
	"slices"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

// TestWritten: what a server wrote is read in order, also what a script did, and
// what was written before the file was written anew or the server killed.
func TestWritten(t *testing.T) {
	server := adaptertest.StartRedis(t, append(adaptertest.KeepsAll(), "--appendfsync", "always")...)
	c := goredis.NewClient(&goredis.Options{Addr: server.Addr, Protocol: 2})
	t.Cleanup(func() { _ = c.Close() })
	push := func(value string) {
		t.Helper()
		if err := c.Eval(t.Context(), "return redis.call('RPUSH', KEYS[1], ARGV[1])", []string{"list"}, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	push("a\r\nb")
	if err := c.BgRewriteAOF(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	push("c")
	server.Kill()
	server.Restart(t)
	push("d")
	var got []string
	server.Written(t, func(command []string) {
		if command[0] == "RPUSH" {
			got = append(got, command[2])
		}
	})
	if want := []string{"a\r\nb", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("it has written %q, want %q", got, want)
	}
}
