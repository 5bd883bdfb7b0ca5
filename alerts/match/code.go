package match

// An atom is the least thing that a query asks of an article: that a token of
// a certain form occurs, that two of them stand side by side, or that a property
// has a certain value. Atoms are numbered within an index; everything else of a
// query is made of them.
type atom = uint32

// always is the atom that every article has. Queries that no other atom must
// be present for are posted under it.
const always atom = 0

// atomKind says what an atom asks for.
type atomKind uint8

const (
	anyArticle atomKind = iota
	inflected           // atomKey.folded, or a token with the stem of atomKey.other
	exact               // atomKey.folded
	capitals            // atomKey.other, or atomKey.folded where case tells nothing
	prefix              // begins with atomKey.folded
	site                // atomKey.folded
	lang                // atomKey.folded
)

// space is the text that an atom is looked for in. Words of publishers are
// kept apart from those of the text, which would make them seem common.
type space uint8

const (
	inText space = iota
	inPublisher
	inAgency
	spaces
)

// atomKey identifies an atom across indexes.
type atomKey struct {
	kind   atomKind
	space  space
	folded string
	other  string // query.Term.Lower for inflected, query.Term.Caps for capitals
}

// op is what a word of code does.
type op uint32

// A compiled query is code: a tree in prefix order, as words with an op in the
// highest 4 bits and its argument in the others.
const (
	opNever   op = iota
	opTerm       // atom
	opFlag       // atom; has no spans
	opPair       // number of a pair: two atoms side by side
	opPhrase     // count of words; then the size of all this code, then each word
	opAnd        // count of kids; then the size of all this code, then the kids
	opOr         // count of kids; then the size of all this code, then the kids
	opNot        // then the kid
	opNear       // distance; then both sides
	opBefore     // distance; then both sides
	opSame       // then both sides
	opAtLeast    // count; then the kid
	opWithin     // region in which the kid is evaluated; then the kid
	opSilent     // region in which the kid is evaluated, its spans dropped; then the kid
	opSteps      // count of steps; then the size of all this code, the steps, and the tree
)

const (
	argBits = 28
	argMost = 1<<argBits - 1
)

func word(o op, arg uint32) uint32 { return uint32(o)<<argBits | arg }

func opOf(w uint32) op      { return op(w >> argBits) }
func argOf(w uint32) uint32 { return w & argMost }

// A word of a phrase is a header, its terms in neighbouring positions, and if
// the header says so the one term that they are when written together.
const hasJoined = 1 << 16

// region is a part of an article that evaluation can be confined to.
type region = uint32

const (
	regionText region = iota
	regionTitle
	regionLead
	regionPublisher
	regionAgency
	regions
)

// sizeOf gives the number of words of the tree that code begins with.
func sizeOf(code []uint32) int {
	switch opOf(code[0]) {
	case opPhrase, opAnd, opOr:
		return int(code[1])
	case opNot, opAtLeast, opWithin, opSilent:
		return 1 + sizeOf(code[1:])
	case opNear, opBefore, opSame:
		left := 1 + sizeOf(code[1:])
		return left + sizeOf(code[left:])
	default:
		return 1
	}
}

// sidesOf gives both operands of a tree with two.
func sidesOf(code []uint32) (left, right []uint32) {
	n := 1 + sizeOf(code[1:])
	return code[1:n], code[n:]
}
