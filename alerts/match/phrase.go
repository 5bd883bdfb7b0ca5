package match

// phrase is the code of words in neighbouring positions.
type phrase []uint32

// phraseOf gives the words of the opPhrase that code begins with.
func phraseOf(code []uint32) phrase { return phrase(code[2:code[1]]) }

// next cuts the first word off: its terms, and the one term that they are when
// written together, or always.
func (p phrase) next() (terms []uint32, joined atom, rest phrase) {
	n := int(p[0] &^ hasJoined)
	terms, rest = p[1:1+n], p[1+n:]
	if p[0]&hasJoined != 0 {
		return terms, rest[0], rest[1:]
	}
	return terms, always, rest
}

// plainTerms appends the terms of all words, and reports whether none has a
// joined form, so that they stand in neighbouring positions.
func (p phrase) plainTerms(to []atom) (terms []atom, plain bool) {
	plain = true
	for len(p) > 0 {
		var joined atom
		var some []uint32
		some, joined, p = p.next()
		to = append(to, some...)
		plain = plain && joined == always
	}
	return to, plain
}

// neighbours calls yield for each two terms that stand side by side wherever
// the phrase does: those without a joined form between them.
func (p phrase) neighbours(yield func(a, b atom)) {
	last := always
	for len(p) > 0 {
		var joined atom
		var terms []uint32
		terms, joined, p = p.next()
		if joined != always {
			last = always
			continue
		}
		for _, t := range terms {
			if last != always {
				yield(last, t)
			}
			last = t
		}
	}
}
