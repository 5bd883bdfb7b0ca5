package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/slack/seal"
)

func keyOf(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) }

func ring(t testing.TB, s string) *seal.Ring {
	t.Helper()
	r, err := seal.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParse(t *testing.T) {
	raw := bytes.Repeat([]byte{0xFB}, 32) // has + and / in base64
	for _, s := range []string{
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
		hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), " " + hex.EncodeToString(raw) + " , " + keyOf(2),
	} {
		sealed := ring(t, s).Seal([]byte("token"), nil)
		if plain, _, err := ring(t, hex.EncodeToString(raw)).Open(sealed, nil); err != nil || string(plain) != "token" {
			t.Errorf("key written as %d characters: %q, %v", len(s), plain, err)
		}
	}
	for _, s := range []string{"", ",", "hunter2hunter2", keyOf(1) + ",", keyOf(1)[:30], strings.Repeat("zz", 32)} {
		_, err := seal.Parse(s)
		if err == nil {
			t.Errorf("%q is taken for a key", s)
			continue
		}
		if len(s) > 3 && strings.Contains(err.Error(), strings.Trim(s, ",")) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestKeysCanBeChanged(t *testing.T) {
	about := []byte("slack/T1")
	old, both, fresh := ring(t, keyOf(1)), ring(t, keyOf(2)+","+keyOf(1)), ring(t, keyOf(2))
	sealed := old.Seal([]byte("xoxb-token"), about)
	if bytes.Contains(sealed, []byte("token")) {
		t.Fatal("the secret can be read")
	}
	if again := old.Seal([]byte("xoxb-token"), about); bytes.Equal(sealed, again) {
		t.Error("the same secret looks the same twice")
	}
	plain, stale, err := both.Open(sealed, about)
	if string(plain) != "xoxb-token" || !stale || err != nil {
		t.Errorf("both keys: %q, stale %v, %v", plain, stale, err)
	}
	if _, stale, err := both.Open(both.Seal([]byte("x"), about), about); stale || err != nil {
		t.Errorf("sealed anew: stale %v, %v", stale, err)
	}
	if _, _, err := fresh.Open(sealed, about); err == nil {
		t.Error("opened without the key")
	}
	if _, _, err := both.Open(sealed, []byte("slack/T2")); err == nil {
		t.Error("opened as that of another workspace")
	}
	sealed[len(sealed)-1] ^= 1
	if _, _, err := both.Open(sealed, about); err == nil {
		t.Error("opened though it was changed")
	}
}

func TestDerive(t *testing.T) {
	a, errA := ring(t, keyOf(1)).Derive("state")
	b, errB := ring(t, keyOf(1)+","+keyOf(2)).Derive("state")
	c, errC := ring(t, keyOf(1)).Derive("other")
	if errA != nil || errB != nil || errC != nil || len(a) != 32 || !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Errorf("derived %x, %x and %x (%v, %v, %v)", a, b, c, errA, errB, errC)
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, keyOf(1))
	f.Add(r.Seal([]byte("x"), nil))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, _, err := r.Open(sealed, []byte("another")); err == nil {
			t.Errorf("opened %x as %q", sealed, plain)
		}
	})
}
