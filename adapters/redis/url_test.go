package redis_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/redis"
)

func TestParseURL(t *testing.T) {
	for in, want := range map[string]string{
		"redis://localhost":                  "localhost:6379",
		"redis://u:p@localhost:1234/3":       "localhost:1234",
		"rediss://u:p@localhost":             "localhost:6379",
		"unix:///tmp/redis.sock":             "/tmp/redis.sock",
		"redis+cluster://a,b:7000,[::1]":     "cluster a:6379, b:7000, [::1]:6379",
		"rediss+cluster://u:p%40@a":          "cluster a:6379",
		"redis+sentinel://a,b:1/main":        "master main of the sentinels a:26379, b:1",
		"rediss+sentinel://:p:@x@a/main/2":   "master main of the sentinels a:26379",
		"redis+sentinel://u:p@[::1]:5/m%20x": "master m%20x of the sentinels [::1]:5",
	} {
		got, err := redis.ParseURL(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseURL(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParseURLNeverShowsThePassword(t *testing.T) {
	for _, in := range []string{
		"", "localhost:6379", "http://u:hidden@a", "redis://u:hidden@a:port", "redis://u:hid%zzden@a",
		"redis+cluster://u:hidden@a/1", "redis+cluster://u:hidden@", "redis+sentinel://u:hidden@a",
		"redis+sentinel://u:hidden@a/main/x", "redis+sentinel://u:hid%zzden@a/m", "redis+other://u:hidden@a",
		"memcached+cluster://u:hidden@a", "redis://u:hidden@a/0?bad=option", "redis+cluster://u:hidden@a,,b",
	} {
		_, err := redis.ParseURL(in)
		if err == nil {
			t.Errorf("ParseURL(%q) took it", in)
		} else if strings.Contains(err.Error(), "hid") {
			t.Errorf("ParseURL(%q) shows the password: %v", in, err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("redis+sentinel://u:p@a,b:1/main/2")
	f.Add("redis://u:p@localhost:1234/3")
	f.Fuzz(func(t *testing.T, s string) {
		target, err := redis.ParseURL(s)
		if err == nil && target.String() == "" {
			t.Errorf("ParseURL(%q) leads nowhere", s)
		}
	})
}
