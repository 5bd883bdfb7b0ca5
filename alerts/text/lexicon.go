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
	lang   string
	blocks []*[blockWords]Word // by number; they stay where they are
	count  int                 // numbers given, and one more
	slots  []slot              // open addressing, linear probing; a power of two of them
	bytes  int                 // of all words as written
	chunk  strings.Builder     // of letters; never grows, so that what was taken from it stays

	padded []byte // the text that is scanned, with zeros behind it
	norm   normalizer
	most   int // positions that may be in Scan.Spots after the field that is scanned
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
	inline     = 16 // bytes of a word that a slot holds
	slotsMin   = 1 << 10
	blockWords = 1 << 9
	chunkBytes = 16 << 10
	hashPrime  = 0x9E3779B97F4A7C15
)

// NewLexicon makes a Lexicon for texts in a language, a BCP 47 tag or "".
func NewLexicon(lang string) *Lexicon {
	return &Lexicon{lang: lang, blocks: []*[blockWords]Word{new([blockWords]Word)}, count: 1, slots: make([]slot, slotsMin)}
}

// Len counts the numbers that were given, and one more.
func (x *Lexicon) Len() int { return x.count }

// Word gives the word with a number.
func (x *Lexicon) Word(n uint32) *Word { return &x.blocks[n/blockWords][n%blockWords] }

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
			return x.add(slot{low: low, high: high, size: uint32(size)}, b[:size])
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
			return x.add(slot{low: low, high: high, size: uint32(len(key))}, key)
		}
		if s.low == low && s.high == high && int(s.size) == len(key) && x.Word(s.word).key == string(key) {
			return s.word
		}
	}
}

// add gives a new word the next number.
func (x *Lexicon) add(s slot, key []byte) uint32 {
	s.word = uint32(x.count)
	if x.count%blockWords == 0 {
		x.blocks = append(x.blocks, new([blockWords]Word))
	}
	x.count++
	*x.Word(s.word) = x.newWord(x.keep(key))
	x.bytes += len(key)
	if 2*x.count > len(x.slots) {
		old := x.slots
		x.slots = make([]slot, growth(len(old))*len(old))
		for _, o := range old {
			if o.word != 0 {
				x.put(o)
			}
		}
	}
	x.put(s)
	return s.word
}

// growth is quick at first: a lexicon is for thousands of words at least.
func growth(slots int) int {
	if slots < 1<<16 {
		return 4
	}
	return 2
}

// keep gives b as a string that shares its memory with others.
func (x *Lexicon) keep(b []byte) string {
	if x.chunk.Cap()-x.chunk.Len() < len(b) {
		x.chunk = strings.Builder{}
		x.chunk.Grow(max(chunkBytes, len(b)))
	}
	from := x.chunk.Len()
	x.chunk.Write(b)
	return x.chunk.String()[from:]
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
func (x *Lexicon) newWord(key string) Word {
	w := Word{key: key}
	lower, shouts := x.plainLower(key)
	if w.Folded = lower; lower == "" {
		lower, shouts = Lower(key), true
		if w.Folded = unmark(lower); w.Folded == key {
			w.Folded = key // one string for both
		}
	}
	if shouts {
		var plural bool
		if w.Caps, plural = capitals(key, w.Folded); plural {
			lower = strings.TrimSuffix(lower, "s") // no stemmer makes ngo of ngos
		}
	}
	if w.Stem = Stem(lower, x.lang); w.Stem == w.Folded {
		w.Stem = w.Folded
	}
	return w
}

// plainLower gives a word of ASCII letters and digits, as nearly all of English
// are, in small letters, and "" for any other. shouts: it may be in capitals.
func (x *Lexicon) plainLower(key string) (lower string, shouts bool) {
	small, capital := 0, 0
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z':
			small++
		case 'A' <= c && c <= 'Z':
			capital++
		case '0' <= c && c <= '9':
		default:
			return "", false
		}
	}
	if capital == 0 {
		return key, false
	}
	x.key = append(x.key[:0], key...)
	for i, c := range x.key {
		if 'A' <= c && c <= 'Z' {
			x.key[i] = c | 0x20
		}
	}
	return x.keep(x.key), small <= 1
}
