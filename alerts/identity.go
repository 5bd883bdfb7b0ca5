package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// longestID is the longest article id that is its own short name.
const longestID = 64

// ShortID names an article in at most 64 bytes without spaces, for buttons and
// lists: its id where that is short enough, else "#" with 128 bits of its
// SHA-256 in hexadecimal. It is the short name of itself.
func ShortID(id string) string {
	if len(id) <= longestID && !strings.ContainsFunc(id, unicode.IsSpace) {
		return id
	}
	h := sha256.Sum256([]byte(id))
	return "#" + hex.EncodeToString(h[:16])
}

// TextHash names a text, whatever white space divides its words: 128 bits of
// its SHA-256 in hexadecimal, after runs of white space became one space and
// those at both ends nothing.
func TextHash(text string) string {
	h := sha256.New()
	first := true
	for word := range strings.FieldsSeq(text) {
		if !first {
			h.Write([]byte{' '})
		}
		first = false
		h.Write([]byte(word))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
