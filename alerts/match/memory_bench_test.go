package match

import (
	"unsafe"
)

// bytesOf is what a slice takes.
func bytesOf[E any](s []E) float64 {
	var e E
	return float64(cap(s)) * float64(unsafe.Sizeof(e))
}

func (d *dictionary) bytes() float64 { return bytesOf(d.slots) }

// Parts gives the bytes of the parts of an engine's first index.
func (e *Engine) Parts() map[string]float64 {
	x := e.state.Load().layers[0].index
	parts := map[string]float64{
		"ids":      bytesOf(x.ids),
		"by-id":    bytesOf(x.byID),
		"groups":   bytesOf(x.first) + bytesOf(x.start),
		"code":     bytesOf(x.code),
		"probes":   bytesOf(x.sure) + bytesOf(x.maybe),
		"postings": bytesOf(x.from) + bytesOf(x.derived.list),
		"terms":    bytesOf(x.terms.records) + bytesOf(x.terms.bytes) + bytesOf(x.seen.counts) + bytesOf(x.words[inText].next),
		"pairs":    bytesOf(x.pairs),
	}
	for s := range spaces {
		parts["terms"] += x.words[s].bytes() + x.caps[s].bytes() + x.prefixes[s].bytes()
	}
	for _, t := range *x.tongues.Load() {
		parts["stems"] += bytesOf(t.at) + bytesOf(t.bytes) + bytesOf(t.class) + bytesOf(t.from) + bytesOf(t.members)
		for s := range spaces {
			parts["stems"] += bytesOf(t.stems[s].slots)
		}
		parts["pairs"] += bytesOf(t.firsts) + bytesOf(t.seconds) + bytesOf(t.sieve) + bytesOf(t.slots) + bytesOf(t.nextPair)
	}
	return parts
}
