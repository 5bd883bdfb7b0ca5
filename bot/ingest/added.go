package ingest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
)

// Added are the sources that people add while the program runs. Methods may be
// called at the same time.
type Added interface {
	// AddedSources gives all of them, by name.
	AddedSources(ctx context.Context) ([]alerts.AddedSource, error)
	// SourcesRevision is another one after each change of what AddedSources
	// gives, by whichever replica. It costs little.
	SourcesRevision(ctx context.Context) (int64, error)
	// ForgetSources drops the state and the turn of those that are not there (any
	// more), so that they are new when they are added again.
	ForgetSources(ctx context.Context, names []string) error
}

// addedLook lies between two looks whether sources were added or removed.
const addedLook = 2 * time.Second

// addition is an added source that is polled.
type addition struct {
	*source
	added   alerts.AddedSource
	stop    context.CancelFunc
	stopped chan struct{}
	shown   *shown // nil without metrics
}

// shown registers metrics, and remembers which.
type shown struct {
	prometheus.Registerer
	all []prometheus.Collector
}

// MustRegister implements prometheus.Registerer.
func (s *shown) MustRegister(all ...prometheus.Collector) {
	s.Registerer.MustRegister(all...)
	s.all = append(s.all, all...)
}

// begin polls an added source from now on, for the first time within spread.
func (in *Ingester) begin(ctx context.Context, owned *sync.WaitGroup, a alerts.AddedSource, spread time.Duration) *addition {
	ctx, stop := context.WithCancel(ctx)
	r := &addition{source: newSource(in, in.cfg.Open(a)), added: a, stop: stop, stopped: make(chan struct{})}
	if in.cfg.Metrics != nil {
		r.shown = &shown{Registerer: in.cfg.Metrics}
		r.export(promauto.With(r.shown))
	}
	owned.Go(func() {
		defer close(r.stopped)
		defer stop()
		// It may end in the middle of a poll, of which nobody is to wait for the rest.
		defer in.cfg.Alive(r.src.Name(), 0)
		r.run(ctx, spread)
	})
	return r
}

// end waits until the source is no longer polled.
func (r *addition) end() {
	r.stop()
	<-r.stopped
	if r.shown != nil {
		for _, c := range r.shown.all {
			r.shown.Unregister(c)
		}
	}
}

// follow polls what is added, until ctx ends; then it waits for what it
// started.
func (in *Ingester) follow(ctx context.Context) {
	var owned sync.WaitGroup
	defer owned.Wait()
	ticker := time.NewTicker(addedLook)
	defer ticker.Stop()
	known, failed := int64(-1), false
	for {
		revision, err := in.cfg.Added.SourcesRevision(ctx)
		if err == nil && revision != known {
			// Read after the revision: what is added in between is seen now, and
			// looked at once more.
			if err = in.adopt(ctx, &owned); err == nil {
				known = revision
			}
		}
		if err != nil && !failed && ctx.Err() == nil {
			in.cfg.Logger.Error("which sources were added is not known; it is asked again", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// adopt begins to poll what was added, and ends what was removed.
func (in *Ingester) adopt(ctx context.Context, owned *sync.WaitGroup) error {
	all, err := in.added(ctx)
	if err != nil {
		return err
	}
	want := make(map[string]alerts.AddedSource, len(all))
	for _, a := range all {
		want[a.Name] = a
	}
	in.finish(ctx, in.takeOut(want)) // nobody else waits for the end of their polls
	in.mu.Lock()
	defer in.mu.Unlock()
	spread := spreadOf(len(all) - len(in.running))
	for _, a := range all {
		if in.running[a.Name] == nil {
			in.running[a.Name] = in.begin(ctx, owned, a, spread)
		}
	}
	return nil
}

// takeOut takes those out of in.running that are not wanted any more.
func (in *Ingester) takeOut(want map[string]alerts.AddedSource) map[string]*addition {
	in.mu.Lock()
	defer in.mu.Unlock()
	gone := map[string]*addition{}
	for name, r := range in.running {
		w, ok := want[name]
		if !ok || w.Address != r.added.Address || !w.Added.Equal(r.added.Added) {
			gone[name] = r
			delete(in.running, name)
		}
	}
	return gone
}

// finish waits for the polls of what was removed, which are told to stop all at
// once, and drops what they kept since.
func (in *Ingester) finish(ctx context.Context, gone map[string]*addition) {
	for _, r := range gone {
		r.stop()
	}
	for name, r := range gone {
		r.end()
		in.cfg.Logger.Info("source is no longer read", "source", name)
	}
	if len(gone) == 0 || ctx.Err() != nil {
		return
	}
	if err := in.cfg.Added.ForgetSources(ctx, slices.Collect(maps.Keys(gone))); err != nil {
		in.cfg.Logger.Warn("what was kept of removed sources stays until they are added again", "error", err)
	}
}

// added gives the sources that were added, without those whose name is in
// Config.Sources too.
func (in *Ingester) added(ctx context.Context) ([]alerts.AddedSource, error) {
	if in.cfg.Added == nil {
		return nil, nil
	}
	all, err := in.cfg.Added.AddedSources(ctx)
	if err != nil {
		return nil, err
	}
	configured := make(map[string]bool, len(in.sources))
	for _, s := range in.sources {
		configured[s.src.Name()] = true
	}
	out := all[:0]
	for _, a := range all {
		if !configured[a.Name] {
			out = append(out, a)
		}
	}
	return out, nil
}
