package dispatch

import (
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Pauses of a scope that refused for good: it is tried again after the first,
// then after twice as long, up to the last.
const (
	firstBlock = 10 * time.Minute
	lastBlock  = 6 * time.Hour
	// probeTime is how long others wait for the one that tries it again.
	probeTime = time.Minute
)

// holds knows what must not be sent to for a while: what a platform asked to
// be left alone, and what it refuses for good. It lives in memory; after a
// restart the platform says it again at the first send.
type holds struct {
	now func() time.Time

	mu      sync.Mutex
	until   map[area]hold
	buckets map[alerts.Destination]string
}

// area is what a scope means for a destination, or a bucket of rate limits.
type area struct {
	scope  alerts.Scope
	place  alerts.Destination // with its narrower parts left empty
	bucket string
}

type hold struct {
	until time.Time
	block time.Duration // of a refusal for good: how long the last pause was
	probe bool          // the pause is over, and until is when the one that tries must be back
	// known are the revisions of the settings of places that were refused, or
	// looked at since: a later one tells what another replica has heard.
	known map[alerts.Destination]uint64
}

func newHolds(now func() time.Time) *holds {
	return &holds{now: now, until: map[area]hold{}, buckets: map[alerts.Destination]string{}}
}

func areaOf(d alerts.Destination, s alerts.Scope) area {
	switch s {
	case alerts.ScopePlatform:
		d = alerts.Destination{Platform: d.Platform}
	case alerts.ScopeWorkspace:
		d = alerts.Destination{Platform: d.Platform, Workspace: d.Workspace}
	}
	return area{scope: s, place: d}
}

// areas are those that d lies in.
func (h *holds) areas(d alerts.Destination) []area {
	out := []area{areaOf(d, alerts.ScopeDestination), areaOf(d, alerts.ScopeWorkspace), areaOf(d, alerts.ScopePlatform)}
	if b, ok := h.buckets[d]; ok {
		out = append(out, bucketArea(d, b))
	}
	return out
}

func bucketArea(d alerts.Destination, bucket string) area {
	return area{place: alerts.Destination{Platform: d.Platform}, bucket: bucket}
}

// wait is how long nothing may be sent to d, and whether that is because of a
// refusal for good. When the pause after such is over, it lets one caller
// through and holds the others back for as long as that one may take.
func (h *holds) wait(d alerts.Destination) (span time.Duration, blocked bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	areas := h.areas(d)
	for _, a := range areas {
		if one := h.until[a]; one.until.After(now) {
			span = max(span, one.until.Sub(now))
			blocked = blocked || one.block > 0
		}
	}
	if span > 0 {
		return span, blocked
	}
	for _, a := range areas {
		if old, ok := h.until[a]; ok && old.block > 0 {
			old.probe, old.until = true, now.Add(probeTime)
			h.until[a] = old
		}
	}
	return 0, false
}

// pause keeps everything in the scope of d quiet for the time after.
func (h *holds) pause(d alerts.Destination, s alerts.Scope, after time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.extend(areaOf(d, s), after)
}

func (h *holds) extend(a area, after time.Duration) {
	old := h.until[a]
	if until := h.now().Add(after); until.After(old.until) {
		old.until = until
		h.until[a] = old
	}
}

// block pauses what refused for good, longer each time. first is false while
// it is blocked already. revision is that of the settings of d.
func (h *holds) block(d alerts.Destination, s alerts.Scope, revision uint64) (after time.Duration, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := areaOf(d, s)
	old := h.until[a]
	first = old.block == 0
	if first {
		old.known = map[alerts.Destination]uint64{}
	}
	old.known[d] = revision
	now := h.now()
	if old.block > 0 && !old.probe && old.until.After(now) {
		return old.until.Sub(now), false // another send met it at the same time
	}
	old.block = min(max(2*old.block, firstBlock), lastBlock)
	old.until, old.probe = now.Add(old.block), false
	h.until[a] = old
	return old.block, first
}

// blocked counts the places of a platform that refused for good, by scope.
// Work grows with all that is held.
func (h *holds) blocked(platform string, s alerts.Scope) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for a, one := range h.until {
		if one.block > 0 && a.scope == s && a.place.Platform == platform {
			n++
		}
	}
	return n
}

// unblock forgets that d or its workspace refused for good.
func (h *holds) unblock(d alerts.Destination) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range []alerts.Scope{alerts.ScopeDestination, alerts.ScopeWorkspace} {
		if a := areaOf(d, s); h.until[a].block > 0 {
			delete(h.until, a)
		}
	}
}

// changed forgets that d or its workspace refused for good when its settings
// were changed since, and do not say that it still does: whoever heard that it
// is back changed them, on whichever replica. It reports whether it did.
func (h *holds) changed(d alerts.Destination, set alerts.Settings) (back bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range []alerts.Scope{alerts.ScopeDestination, alerts.ScopeWorkspace} {
		a := areaOf(d, s)
		one := h.until[a]
		if one.block == 0 {
			continue
		}
		known, ok := one.known[d]
		switch {
		case !ok:
			one.known[d] = set.Revision
		case known != set.Revision && set.PausedBy == alerts.LossNone:
			delete(h.until, a)
			back = true
		}
	}
	return back
}

// accepted notes that d took a message: whatever it lies in is well again. It
// reports whether something was blocked. The receipt's bucket is kept quiet
// for as long as it wants.
func (h *holds) accepted(d alerts.Destination, r alerts.Receipt) (back bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.areas(d) {
		if old, ok := h.until[a]; ok {
			back = back || old.block > 0
			if old.block > 0 || !old.until.After(h.now()) {
				delete(h.until, a)
			}
		}
	}
	delete(h.buckets, d)
	if r.Bucket != "" && r.NotBefore.After(h.now()) {
		h.sweep()
		h.buckets[d] = r.Bucket
		h.extend(bucketArea(d, r.Bucket), r.NotBefore.Sub(h.now()))
	}
	return back
}

// sweep forgets what is over, when much has come together.
func (h *holds) sweep() {
	if len(h.buckets)+len(h.until) < 10_000 {
		return
	}
	now := h.now()
	for a, o := range h.until {
		if o.block == 0 && !o.until.After(now) {
			delete(h.until, a)
		}
	}
	for d, b := range h.buckets {
		if _, ok := h.until[bucketArea(d, b)]; !ok {
			delete(h.buckets, d)
		}
	}
}
