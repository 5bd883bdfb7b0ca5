package match

// translation carries code of an index over to a compiler, which numbers atoms
// in its own way.
type translation struct {
	*compiler
	from  *index
	known []atom // by atom of from; always where it is not known yet
}

func newTranslation(c *compiler, from *index) *translation {
	return &translation{compiler: c, from: from, known: make([]atom, from.terms.len())}
}

// translate gives code, which is from's, as compile would have made it.
func (t *translation) translate(code []uint32) []uint32 {
	t.code = t.code[:0]
	t.tree(treeOf(code))
	return t.code
}

func (t *translation) old(a atom) atom {
	if t.known[a] == always && a != always {
		t.known[a] = t.atom(t.from.terms.key(a))
	}
	return t.known[a]
}

func (t *translation) tree(code []uint32) {
	o, arg := opOf(code[0]), argOf(code[0])
	switch o {
	case opTerm, opFlag:
		t.emit(o, t.old(arg))
	case opPair:
		p := t.from.pairs[arg]
		t.emit(o, t.pair(t.old(p[0]), t.old(p[1])))
	case opPhrase:
		t.phraseTree(code)
	case opAnd, opOr:
		rest := code[2:]
		t.list(o, int(arg), func(int) {
			n := sizeOf(rest)
			t.tree(rest[:n])
			rest = rest[n:]
		})
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		t.both(o, arg, func() { t.tree(left) }, func() { t.tree(right) })
	case opNot, opAtLeast, opWithin, opSilent:
		t.emit(o, arg)
		t.tree(code[1:])
	default:
		t.emit(o, arg)
	}
}

func (t *translation) phraseTree(code []uint32) {
	base := len(t.code)
	t.code = append(t.code, code[:2]...)
	for rest := phraseOf(code); len(rest) > 0; {
		t.code = append(t.code, rest[0])
		terms, joined, after := rest.next()
		for _, a := range terms {
			t.code = append(t.code, t.old(a))
		}
		if joined != always {
			t.code = append(t.code, t.old(joined))
		}
		rest = after
	}
	phraseOf(t.code[base:]).neighbours(func(a, b atom) {
		if t.atoms[a].space == inText {
			t.pair(a, b)
		}
	})
}
