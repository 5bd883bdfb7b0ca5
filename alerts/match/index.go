package match

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/text"
)

// entry is one subscription. Indexes share it, so that it dies in all at once.
type entry struct {
	id alerts.SubscriptionID
	// died is the version of the engine from which on the entry counts no more;
	// 0 while it does.
	died atomic.Uint64
}

// alive reports whether the entry counts in a version.
func (e *entry) alive(version uint64) bool {
	died := e.died.Load()
	return died == 0 || died > version
}

// index holds queries in a form that is quick to match. It never changes.
type index struct {
	programs
	// A group is a query with all its subscriptions: group g has the root node
	// roots[g], the canonical text keys[g] and entries[first[g]:first[g+1]],
	// whose ids stand in ids, to spare a visit to each.
	roots   []uint32
	keys    []string
	first   []uint32
	entries []*entry
	ids     []alerts.SubscriptionID
	// The groups to try when atom a is present are probes[from[a]:from[a+1]].
	from   []uint32
	probes []probe

	dicts    [spaces]dictionary
	sites    map[string]atom
	langs    map[string]atom
	nextWord []atom // by atom: the next one under the same key of dictionary.words
	nextCaps []atom // by atom: the next one under the same key of dictionary.caps

	stemming sync.Mutex
	stems    atomic.Pointer[map[string]*stemTable] // by stemmers of a language
}

// dictionary finds atoms by the forms of a token. Its maps give the first atom
// of a chain that ends with always.
type dictionary struct {
	words    map[string]atom // by folded form: inflected, exact, and capitals in fields without small letters
	caps     map[string]atom
	prefixes map[string]atom
	lengths  []int // of prefixes, in bytes, ascending
}

// builder makes an index.
type builder struct {
	*compiler
	groups  map[string]uint32
	roots   []uint32
	keys    []string
	members [][]*entry
}

func newBuilder() *builder {
	return &builder{compiler: newCompiler(), groups: map[string]uint32{}}
}

// add puts e under the query with the canonical text key.
func (b *builder) add(key string, q query.Query, e *entry) {
	g, ok := b.groups[key]
	if !ok {
		g = b.group(strings.Clone(key), b.query(q.Root(), inText))
	}
	b.members[g] = append(b.members[g], e)
}

// order gives the groups of x in the order of the first probe of each, so that
// in an index made of them those that are tried together lie together in
// memory. A group without a probe can't hit and is left out.
func (x *index) order() []uint32 {
	out := make([]uint32, 0, len(x.roots))
	seen := make([]bool, len(x.roots))
	for _, p := range x.probes {
		if g := p.group &^ severalProbes; !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	return out
}

// addGroups adds what is alive in a version of some groups of another index.
func (b *builder) addGroups(x *index, groups []uint32, version uint64) {
	for _, i := range groups {
		g, ok := b.groups[x.keys[i]]
		for _, e := range x.entries[x.first[i]:x.first[i+1]] {
			if !e.alive(version) {
				continue
			}
			if !ok {
				g, ok = b.group(x.keys[i], b.copy(&x.programs, x.roots[i])), true
			}
			b.members[g] = append(b.members[g], e)
		}
	}
}

func (b *builder) group(key string, root uint32) uint32 {
	g := uint32(len(b.roots))
	b.groups[key] = g
	b.roots = append(b.roots, root)
	b.keys = append(b.keys, key)
	b.members = append(b.members, nil)
	return g
}

// index finishes the build. The builder can't be used after it.
func (b *builder) index() *index {
	x := &index{roots: slices.Clip(b.roots), keys: slices.Clip(b.keys)}
	x.programs = programs{
		atoms: slices.Clip(b.atoms),
		nodes: slices.Clip(b.nodes),
		kids:  slices.Clip(b.kids),
		words: slices.Clip(b.words),
		terms: slices.Clip(b.terms),
	}
	x.first = make([]uint32, 1, len(b.members)+1)
	for _, m := range b.members {
		x.entries = append(x.entries, m...)
		x.first = append(x.first, uint32(len(x.entries)))
	}
	x.entries = slices.Clip(x.entries)
	x.ids = make([]alerts.SubscriptionID, len(x.entries))
	for i, e := range x.entries {
		x.ids[i] = e.id
	}
	x.fillDictionaries()
	x.fillProbes()
	x.stems.Store(&map[string]*stemTable{})
	return x
}

func (x *index) fillDictionaries() {
	for s := range x.dicts {
		x.dicts[s] = dictionary{words: map[string]atom{}, caps: map[string]atom{}, prefixes: map[string]atom{}}
	}
	x.sites, x.langs = map[string]atom{}, map[string]atom{}
	x.nextWord, x.nextCaps = make([]atom, len(x.atoms)), make([]atom, len(x.atoms))
	for i, key := range x.atoms {
		a, d := atom(i), &x.dicts[key.space]
		switch key.kind {
		case inflected, exact:
			link(d.words, x.nextWord, key.folded, a)
		case capitals:
			link(d.words, x.nextWord, key.folded, a)
			if key.other != "" {
				link(d.caps, x.nextCaps, key.other, a)
			}
		case prefix:
			d.prefixes[key.folded] = a
			d.lengths = append(d.lengths, len(key.folded))
		case site:
			x.sites[key.folded] = a
		case lang:
			x.langs[key.folded] = a
		}
	}
	for s := range x.dicts {
		slices.Sort(x.dicts[s].lengths)
		x.dicts[s].lengths = slices.Clip(slices.Compact(x.dicts[s].lengths))
	}
}

// link puts a at the head of the chain under key.
func link(heads map[string]atom, next []atom, key string, a atom) {
	next[a] = heads[key]
	heads[key] = a
}

// stemTable finds inflected atoms by the stems they have in some languages.
type stemTable struct {
	language string // one of those that it is for
	heads    [spaces]map[string]atom
	next     []atom
}

// stemsOf gives the table for a language. It is made when an article in a
// language with such stemmers is first met.
func (x *index) stemsOf(language string) *stemTable {
	name := stemmers(language)
	if t := (*x.stems.Load())[name]; t != nil {
		return t
	}
	x.stemming.Lock()
	defer x.stemming.Unlock()
	all := maps.Clone(*x.stems.Load())
	if all[name] == nil {
		all[name] = x.newStemTable(language)
		x.stems.Store(&all)
	}
	return all[name]
}

func (x *index) newStemTable(language string) *stemTable {
	t := &stemTable{language: language, next: make([]atom, len(x.atoms))}
	for s := range t.heads {
		t.heads[s] = map[string]atom{}
	}
	for i, key := range x.atoms {
		if key.kind == inflected {
			link(t.heads[key.space], t.next, text.Stem(key.other, language), atom(i))
		}
	}
	return t
}
