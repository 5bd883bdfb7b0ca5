// Package plain makes plain UTF-8 text of what servers and files hand out:
// bytes in some encoding, and HTML.
package plain

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// UTF8 decodes data. A byte order mark decides; then the declared encoding (a
// label such as "iso-8859-1", empty if unknown), unless the bytes speak
// against it; then what the bytes are valid in: UTF-8, GB18030 where it gives
// Western text with its quotes, dashes and accents, what a detector is sure of,
// GB18030 where it gives Chinese text, else Windows-1252, in which every text is
// valid. The mark is left out; bytes that
// stand for nothing become U+FFFD.
func UTF8(data []byte, declared string) string {
	if enc, mark := byMark(data); enc != nil {
		return decode(enc, data[mark:])
	}
	enc, name := charset.Lookup(strings.TrimSpace(declared))
	switch {
	case enc == nil, name == "utf-8", name == "replacement":
	case name == "utf-16le", name == "utf-16be":
		// Without a mark and with a declaration that could be read, it is not.
	case name == "windows-1252" && utf8.Valid(data):
		// So much declared Latin-1 is UTF-8, and so little the other way round,
		// that valid UTF-8 is taken as such.
	default:
		return decode(enc, data)
	}
	if utf8.Valid(data) {
		return string(data)
	}
	if name == "utf-8" && mostlyUTF8(data) {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	gb := decode(simplifiedchinese.GB18030, data)
	if western(gb) {
		return gb
	}
	if s, ok := detected(data); ok {
		return s
	}
	if chinese(gb) {
		return gb
	}
	return decode(charmap.Windows1252, data)
}

// byMark finds a byte order mark, or the zeros that UTF-16 and UTF-32 leave
// beside the "<" or other ASCII that a document begins with.
func byMark(data []byte) (enc encoding.Encoding, mark int) {
	little := utf.UTF16(utf.LittleEndian, utf.IgnoreBOM)
	big := utf.UTF16(utf.BigEndian, utf.IgnoreBOM)
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		return utf.UTF8, 3
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return little, 2
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return big, 2
	case len(data) >= 4 && data[0] != 0 && bytes.Equal(data[1:4], []byte{0, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 0
	case len(data) >= 4 && data[3] != 0 && bytes.Equal(data[:3], []byte{0, 0, 0}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 0
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0:
		return little, 0
	case len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0:
		return big, 0
	}
	return nil, 0
}

// detected decodes data from what a statistical detector takes it for, where it
// is nearly sure, and the bytes are valid in it. Western encodings are left to
// the caller: they are what remains.
func detected(data []byte) (string, bool) {
	const sure, sample = 0.8, 64 << 10
	from := max(bytes.IndexFunc(data, func(r rune) bool { return r > unicode.MaxASCII }), 0)
	part := data[from:min(from+sample, len(data))]
	if from+len(part) < len(data) { // not within a character
		part = part[:1+max(bytes.LastIndexByte(part, '\n'), bytes.LastIndexByte(part, ' '), bytes.LastIndexByte(part, '<'))]
	}
	guess := chardet.Detect(part)
	label := guess.Encoding
	if label == "MacCyrillic" { // its small letters are those of Windows, and no one sends it
		label = "windows-1251"
	}
	enc, name := charset.Lookup(label)
	if enc == nil || guess.Confidence < sure || !foreign[name] {
		return "", false
	}
	s := decode(enc, data)
	return s, !strings.ContainsRune(s, utf8.RuneError)
}

// foreign are the encodings, by their names in the WHATWG's standard, whose
// bytes make a pattern of their own.
var foreign = map[string]bool{
	"big5": true, "euc-jp": true, "euc-kr": true, "gbk": true, "shift_jis": true, "koi8-r": true,
	"windows-874": true, "windows-1251": true, "windows-1255": true,
}

// decode never fails: the decoders of x/text put U+FFFD where bytes are wrong.
func decode(enc encoding.Encoding, data []byte) string {
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return string(out)
}

// mostlyUTF8 tells whether data is UTF-8 with a few damaged places: at least
// twenty good characters beyond ASCII for each bad byte.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		data = data[n:]
	}
	return good >= 20*bad
}

// chinese tells whether s, decoded from GB18030, is what it seems: without
// damage, and nearly all that is not ASCII is Chinese. Western accents in
// Windows-1252 make pairs of GB18030 too, but mixed with the letter after
// them, so that a lone ideograph stands between Latin letters.
func chinese(s string) bool {
	const twoSpaces = '牋' // what two no-break spaces of Windows-1252 give
	han, lone, other := 0, 0, 0
	prev := ' '
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			return false
		case r == twoSpaces:
			other++
		case unicode.Is(unicode.Han, r):
			han++
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if latin(prev) || latin(next) {
				lone++
			}
		case r > unicode.MaxASCII && !unicode.IsPunct(r) && !unicode.IsSymbol(r) &&
			(r < 0xFF00 || r > 0xFFEF) && r != '\u3000':
			other++
		}
		prev = r
	}
	return han > 0 && 2*lone < han && 4*other < han
}

// western tells whether s, decoded from GB18030, is what it seems: all that is
// not ASCII is punctuation or a Latin letter. Chinese agencies send English so.
// Windows-1252 never comes out like that, for its quotes and accents make
// ideographs with the letter behind them, or nothing before a space.
func western(s string) bool {
	for _, r := range s {
		if r > unicode.MaxASCII && !unicode.IsPunct(r) && !unicode.Is(unicode.Latin, r) &&
			!strings.ContainsRune("\u00A0°€", r) {
			return false
		}
	}
	return true
}

func latin(r rune) bool {
	return r < utf8.RuneSelf && unicode.IsLetter(r)
}
