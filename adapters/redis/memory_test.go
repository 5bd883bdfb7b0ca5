package redis_test

import (
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

func TestMemory(t *testing.T) {
	const limit = 100 << 20
	for name, url := range map[string]string{
		"limited":   "redis://" + adaptertest.StartRedis(t, "--maxmemory", "100mb").Addr,
		"unlimited": "redis://" + adaptertest.StartRedis(t).Addr,
	} {
		c := store{url: url}.open(t)("a")
		used, most, err := c.Memory(t.Context())
		want := int64(0)
		if name == "limited" {
			want = limit
		}
		if err != nil || most != want || used < 100<<10 || used > limit {
			t.Errorf("%s: Memory = %d, %d, %v, want a limit of %d", name, used, most, err, want)
		}
	}
}
