// Package seal keeps secrets unreadable where they are stored: AES-256-GCM
// with a ring of keys, so that a key can be changed while what the old one
// sealed is still read.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	keySize = 32
	version = 1
	idSize  = 4
)

var (
	errKey    = errors.New("a key is 32 bytes, in base64 or as 64 hexadecimal digits")
	errSealed = errors.New("not sealed by any of the keys, or changed since")
)

// Ring is one or more keys: the first seals, all open.
type Ring struct {
	keys []key
}

type key struct {
	raw  []byte
	id   [idSize]byte // of the key, so that the right one is found
	aead cipher.AEAD
}

// Parse reads keys with commas between. Its errors never show a key.
func Parse(s string) (*Ring, error) {
	r := &Ring{}
	for i, text := range strings.Split(s, ",") {
		raw, err := decode(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("read key %d: %w", i+1, err)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, fmt.Errorf("read key %d: %w", i+1, errKey)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("read key %d: %w", i+1, err)
		}
		sum := sha256.Sum256(raw)
		k := key{raw: raw, aead: aead}
		copy(k.id[:], sum[:])
		r.keys = append(r.keys, k)
	}
	return r, nil
}

func decode(s string) ([]byte, error) {
	if len(s) == 2*keySize {
		if raw, err := hex.DecodeString(s); err == nil {
			return raw, nil
		}
	}
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || len(raw) != keySize {
		return nil, errKey
	}
	return raw, nil
}

// Seal gives plain unreadable, with the first key. It is opened only with the
// same about, which says whose it is and is not stored.
func (r *Ring) Seal(plain, about []byte) []byte {
	k := r.keys[0]
	out := append([]byte{version}, k.id[:]...)
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	out = append(out, nonce...)
	return k.aead.Seal(out, nonce, plain, about)
}

// Open gives what was sealed. stale: another key than the first did it, and it
// should be sealed anew.
func (r *Ring) Open(sealed, about []byte) (plain []byte, stale bool, err error) {
	for i, k := range r.keys {
		n := k.aead.NonceSize()
		if len(sealed) < 1+idSize+n || sealed[0] != version || [idSize]byte(sealed[1:1+idSize]) != k.id {
			continue
		}
		rest := sealed[1+idSize:]
		if plain, err := k.aead.Open(nil, rest[:n], rest[n:], about); err == nil {
			return plain, i > 0, nil
		}
	}
	return nil, false, errSealed
}

// Derive gives a key of 32 bytes for another purpose, made of the first one.
func (r *Ring) Derive(purpose string) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, r.keys[0].raw, nil, purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return out, nil
}
