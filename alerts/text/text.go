// Package text turns the text of articles and queries into comparable tokens:
// it normalises, segments into words, sentences and paragraphs, and stems.
// Both sides of a match go through it, so that they agree by construction.
package text

// Token is one word of a field, or one character of a script that is written
// without spaces, or the joined form of a hyphenated word.
type Token struct {
	Start, End int // bytes in the field, possessive 's and elided article excluded
	// Pos counts the positions of the field from 0; neighbours differ by 1.
	// Width is the number of positions the token covers: 1, or more for the
	// joined form of a hyphenated word, which follows the token of its first
	// part and has the same Pos.
	Pos, Width int32
	Sent, Para int32 // sentence and paragraph of the field, from 0
	Folded     string
	// Stem is the stem of the word in the field's language, marks removed
	// after stemming; it is equal to Folded where nothing is cut.
	Stem string
	// Caps holds the letters of a word of two or more that was written all in
	// capitals, points and a plural s left out ("U.S." and "NGOs" give "US"
	// and "NGO"); empty for every other word.
	Caps string
}

// Field is the tokens of one text field, in order of Pos, then Width.
type Field struct {
	Tokens []Token
	// NoSmall: the field has letters, but no small one, so that capitals tell
	// nothing in it.
	NoSmall bool
}
