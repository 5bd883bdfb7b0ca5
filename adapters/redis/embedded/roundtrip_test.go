package embedded

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Saves counts the saves of a server, for tests.
func Saves(s *Server) int { return int(s.saves.Load()) }

// TestRoundTrip fills a store with every type through plain commands, and
// compares every key before and after.
func TestRoundTrip(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "store")
	s, err := Open(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	do := func(args ...any) {
		t.Helper()
		if err := s.client.Do(ctx, args...).Err(); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	binary := "\x00\xff\r\n é"
	do("SET", "string", binary)
	do("SET", "empty", "")
	do("SET", "fleeting", "x", "PX", 3_600_000)
	do("HSET", "hash", "a", "1", binary, binary, "", "")
	for i := range 3000 {
		do("RPUSH", "list", i)
		do("SADD", "set", i, binary)
		do("ZADD", "zset", float64(i)*0.1, i)
	}
	do("ZADD", "zset", "-inf", "low", 1785000000123, "now", 1e17, "high")
	for i := range 5 {
		do("XADD", "stream", fmt.Sprintf("%d-%d", i+1, i), "a", i, "b", binary)
	}
	do("XGROUP", "CREATE", "stream", "g", "0")
	do("XGROUP", "CREATE", "stream", "new", "$")
	do("XGROUP", "CREATECONSUMER", "stream", "g", "idle")
	do("XREADGROUP", "GROUP", "g", "c1", "COUNT", 2, "STREAMS", "stream", ">")
	do("XREADGROUP", "GROUP", "g", "c2", "COUNT", 1, "STREAMS", "stream", ">")
	do("XREADGROUP", "GROUP", "g", "c1", "STREAMS", "stream", "0")
	do("XACK", "stream", "g", "1-0")
	do("XDEL", "stream", "5-4")
	do("XGROUP", "CREATE", "bare", "g", "0", "MKSTREAM")
	s.changed.everything()
	before, _, err := dump(ctx, s.client, s.password, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.writes.Add(1) // as if by script
	s.changed.everything()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, err = Open(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	after, all, err := dump(ctx, s.client, s.password, time.Now())
	if err != nil || !all {
		t.Fatal(all, err)
	}
	if d := cmp.Diff(index(t, before), index(t, after)); d != "" {
		t.Errorf("after a restart (-before +after):\n%s", d)
	}
	if len(after) != 9 {
		t.Errorf("%d keys, want 9", len(after))
	}
	// An id that was given and deleted is not given again.
	if id, err := s.client.Do(ctx, "XADD", "stream", "5-*", "a", "b").Text(); id != "5-5" || err != nil {
		t.Errorf("the id after a deleted one is %s, %v, want 5-5", id, err)
	}
	got, err := s.client.Do(ctx, "XREADGROUP", "GROUP", "g", "c3", "STREAMS", "stream", ">").Text()
	if text := fmt.Sprint(got, err); strings.Contains(text, "3-2") {
		t.Errorf("what was delivered is new again: %s", text)
	}
}

// index leaves out what time changes, how long entries were idle and the exact
// expiry, and puts groups, which come in any order, in one.
func index(t *testing.T, keys []key) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, k := range keys {
		if k.kind == "stream" {
			groups := k.content.([]any)[2].([]any)
			slices.SortFunc(groups, func(a, b any) int { return strings.Compare(a.([]any)[0].(string), b.([]any)[0].(string)) })
			for _, g := range groups {
				for _, p := range g.([]any)[3].([]any) {
					if idle := p.([]any)[2].(int64); idle < 0 || idle > 60_000 {
						t.Errorf("entry idle for %d ms", idle)
					}
					p.([]any)[2] = "idle"
				}
			}
		}
		if k.kind == "hash" || k.kind == "set" {
			out[k.name] = fmt.Sprint(k.kind, len(k.content.([]any)), k.content)
			continue
		}
		expires := ""
		if k.expires > 0 {
			expires = time.UnixMilli(k.expires).Round(time.Minute).String()
		}
		out[k.name] = fmt.Sprint(k.kind, expires, k.content)
	}
	return out
}

func TestEncodeDecode(t *testing.T) {
	keys := []key{
		{"a", "string", 0, "text"},
		{"", "hash", 1 << 60, []any{"x", int64(-5), []any{}, []any{"deep"}}},
	}
	image := map[string][]byte{}
	for _, k := range keys {
		var err error
		if image[k.name], err = appendKey(nil, k); err != nil {
			t.Fatal(err)
		}
	}
	file, _ := encode(image)
	got, err := decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].name != "a" {
		got[0], got[1] = got[1], got[0]
	}
	if d := cmp.Diff(keys, got, cmp.AllowUnexported(key{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	old := append([]byte(magic+oldest+"\n"), slices.Concat(slices.Collect(maps.Values(image))...)...)
	if got, err := decode(append(old, sumOf(nil, old)...)); err != nil || len(got) != len(keys) {
		t.Errorf("a file of version 1: %v, %v", got, err)
	}
	if _, err := appendKey(nil, key{content: 1.5}); err == nil {
		t.Error("a number that is no int64 was encoded")
	}
}

func FuzzDecode(f *testing.F) {
	k, err := appendKey(nil, key{"a", "hash", 5, []any{"x", int64(7), []any{"y"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k)
	f.Add([]byte("l\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := decodeKeys(data)
		if err != nil {
			return
		}
		var again []byte
		for _, k := range keys {
			if again, err = appendKey(again, k); err != nil {
				t.Fatal(err)
			}
		}
		twice, err := decodeKeys(again)
		if err != nil || !cmp.Equal(keys, twice, cmp.AllowUnexported(key{})) {
			t.Errorf("decoded, encoded and decoded again: %v, want %v, %v", twice, keys, err)
		}
		_, _ = decode(append([]byte(magic+version+"\n"), data...))
		if _, err := decode(data); err == nil && !bytes.HasPrefix(data, []byte(magic)) {
			t.Error("a file without its first line was taken")
		}
	})
}
