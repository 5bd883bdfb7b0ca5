package text

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Word is what the letters of a token give.
type Word struct {
	Folded, Stem, Caps string // as in [Token]
	key                string // as written, points and quotes of acronyms left out
}

// Lexicon numbers the words of texts in one language, each as it is written, so
// that each is folded and stemmed once. Numbers begin with 1. It is for one
// goroutine at a time.
type Lexicon struct {
	lang  string
	words []Word
	slots []slot // open addressing, linear probing; a power of two of them
	used  int    // slots
	bytes int    // of all words as written

	padded []byte // the text that is scanned, with zeros behind it
	chars  []char
	parts  []part
	key    []byte
}

// slot holds a short word itself, so that finding it reads nothing else.
type slot struct {
	low, high uint64 // the first 16 bytes, or a hash of longer ones
	word      uint32 // 0 if the slot is free
	size      uint32 // bytes
}

const (
	inline    = 16 // bytes of a word that a slot holds
	slotsMin  = 1 << 10
	hashPrime = 0x9E3779B97F4A7C15
)

// NewLexicon makes a Lexicon for texts in a language, a BCP 47 tag or "".
func NewLexicon(lang string) *Lexicon {
	return &Lexicon{lang: lang, words: make([]Word, 1), slots: make([]slot, slotsMin)}
}

// Len counts the numbers that were given, and one more.
func (x *Lexicon) Len() int { return len(x.words) }

// Word gives the word with a number.
func (x *Lexicon) Word(n uint32) *Word { return &x.words[n] }

// number finds or makes the number of a word of up to 16 bytes, which are
// given in the order of memory, zeros behind them.
func (x *Lexicon) number(low, high uint64, size int) uint32 {
	mask := uint64(len(x.slots) - 1)
	for i := hash(low, high, size) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.low == low && s.high == high && int(s.size) == size {
			return s.word
		}
		if s.word == 0 {
			var b [inline]byte
			binary.LittleEndian.PutUint64(b[:], low)
			binary.LittleEndian.PutUint64(b[8:], high)
			return x.add(slot{low: low, high: high, size: uint32(size)}, string(b[:size]))
		}
	}
}

// numberOf is number for any word; key need not be kept.
func (x *Lexicon) numberOf(key []byte) uint32 {
	if len(key) <= inline {
		var b [inline]byte
		copy(b[:], key)
		return x.number(binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:]), len(key))
	}
	low, high := longHash(key)
	mask := uint64(len(x.slots) - 1)
	for i := hash(low, high, len(key)) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.word == 0 {
			return x.add(slot{low: low, high: high, size: uint32(len(key))}, string(key))
		}
		if s.low == low && s.high == high && int(s.size) == len(key) && x.words[s.word].key == string(key) {
			return s.word
		}
	}
}

// add gives a new word the next number.
func (x *Lexicon) add(s slot, key string) uint32 {
	s.word = uint32(len(x.words))
	x.words = append(x.words, newWord(key, x.lang))
	x.bytes += len(key)
	if x.used++; 2*x.used > len(x.slots) {
		old := x.slots
		x.slots = make([]slot, 2*len(old))
		for _, o := range old {
			if o.word != 0 {
				x.put(o)
			}
		}
	}
	x.put(s)
	return s.word
}

func (x *Lexicon) put(s slot) {
	mask := uint64(len(x.slots) - 1)
	i := hash(s.low, s.high, int(s.size)) & mask
	for x.slots[i].word != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

func hash(low, high uint64, size int) uint64 {
	upper, lower := bits.Mul64(low^hashPrime, high^uint64(size)^0xD6E8FEB86659FD93)
	return (upper ^ lower ^ low>>7) * hashPrime >> 20
}

func longHash(key []byte) (low, high uint64) {
	low, high = hashPrime, uint64(len(key))
	for ; len(key) >= 8; key = key[8:] {
		low = bits.RotateLeft64(low^binary.LittleEndian.Uint64(key), 29) * hashPrime
		high = (high ^ low>>32) * 0xD6E8FEB86659FD93
	}
	for _, b := range key {
		low = bits.RotateLeft64(low^uint64(b), 29) * hashPrime
		high = (high ^ low>>32) * 0xD6E8FEB86659FD93
	}
	return low, high
}

// newWord analyses a word as it was written.
func newWord(key, lang string) Word {
	if isLower(key) { // most words of English
		w := Word{key: key, Folded: key, Stem: Stem(key, lang)}
		if w.Stem == key {
			w.Stem = key // one string for both
		}
		return w
	}
	lower := Lower(key)
	w := Word{key: key, Folded: unmark(lower)}
	if w.Folded == key {
		w.Folded = key
	}
	var plural bool
	if w.Caps, plural = capitals(key, w.Folded); plural {
		lower = strings.TrimSuffix(lower, "s") // no stemmer makes ngo of ngos
	}
	w.Stem = Stem(lower, lang)
	if w.Stem == w.Folded {
		w.Stem = w.Folded
	}
	return w
}

// isLower reports whether s is of small ASCII letters and digits.
func isLower(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
