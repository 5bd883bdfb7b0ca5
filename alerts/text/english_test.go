package text

import (
	"strings"
	"testing"
)

// TestEnglishEnds: a word that ends in another letter is left alone without
// being looked up.
func TestEnglishEnds(t *testing.T) {
	for w, stem := range englishWords {
		if stem != w && strings.IndexByte(englishEnds, w[len(w)-1]) < 0 {
			t.Errorf("%q has the stem %q, and its last letter is not among %q", w, stem, englishEnds)
		}
	}
	for w := range strings.FieldsSeq("agreed agreedly falling fallingly planned plannedly taxes tied glass knife fell boys' ho's") {
		if strings.IndexByte(englishEnds, w[len(w)-1]) < 0 {
			t.Errorf("a step changes %q, and its last letter is not among %q", w, englishEnds)
		}
	}
}
