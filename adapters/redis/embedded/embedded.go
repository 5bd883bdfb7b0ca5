// Package embedded is a store in the program's own process: a server that
// speaks Redis's protocol (miniredis) on the loopback interface, behind a
// random password, for the same adapter that talks to a real Redis. Its
// content is saved to one file and restored from it.
//
// It is for one process. A save writes the keys that changed behind what is in
// the file, and everything now and then; a key is written whole, so it suits the
// some hundred thousand alerts of a small installation, not millions.
package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/gofrs/flock"
	goredis "github.com/redis/go-redis/v9"
)

// How long a change may be in memory only, unless Sync is called: ten times
// what a save takes, within these bounds. What a killed process had sent in
// that time is sent again by the next.
const (
	SaveSoonest = 50 * time.Millisecond
	SaveLatest  = 500 * time.Millisecond
)

// leastSections is how many bytes of changes may stand behind the first section
// of a file that is smaller itself; else as many as that has.
const leastSections = 1 << 20

// expireEvery is how often keys are looked through for those that have had
// their time. The adapter uses none, and each look costs as much as a sort of
// all keys.
const expireEvery = time.Minute

// Server is a running store. It owns its listener, its lock on the file and
// the goroutine that saves.
type Server struct {
	path     string
	log      *slog.Logger
	mini     *miniredis.Miniredis
	password string
	lock     *flock.Flock
	client   *goredis.Client // the server's own, for dump and restore

	writes  atomic.Uint64 // grows with every command that changes something
	saves   atomic.Uint64 // files written
	metrics *metrics
	changed changed
	image   map[string][]byte // each key as the file has it; of the goroutine that saves
	written extent            // how far the file is; zero if it is to be written anew
	wake    chan struct{}     // someone waits for a save
	cancel  context.CancelFunc
	done    sync.WaitGroup
	close   sync.Once
	closed  error

	mu      sync.Mutex
	saved   uint64 // what of writes is on disk
	waiting []waiter
	ended   bool
}

// waiter waits until saved has reached want.
type waiter struct {
	want  uint64
	reply chan error // buffered
}

// Open starts a store with the content of the file path, which need not exist;
// its folder is made if need be. It fails if another process has the file open,
// or if the file is damaged or was written by a newer version; the file is
// untouched then.
func Open(ctx context.Context, path string, log *slog.Logger) (*Server, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the store file: %w", err)
	}
	s := &Server{path: path, log: log, password: rand.Text(), wake: make(chan struct{}, 1), metrics: newMetrics()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, fmt.Errorf("open the store file %s: %w", path, err)
	}
	if err := s.start(ctx); err != nil {
		s.stop()
		return nil, err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.done.Go(func() { s.run(run) })
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	removeLeftovers(s.path)
	keys, err := readFile(s.path)
	if err != nil {
		return err
	}
	s.mini = miniredis.NewMiniRedis()
	s.mini.RequireAuth(s.password)
	if err := s.mini.Start(); err != nil {
		return fmt.Errorf("start the embedded store: %w", err)
	}
	s.client = goredis.NewClient(&goredis.Options{
		Addr: s.mini.Addr(), Password: s.password, Protocol: 2, DisableIdentity: true,
		ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, ContextTimeoutEnabled: true,
	})
	if err := restore(ctx, s.client, keys); err != nil {
		return fmt.Errorf("restore the store from %s: %w", s.path, err)
	}
	s.changed = changed{keys: map[string]struct{}{}, all: true}
	s.mini.Server().SetPreHook(s.count)
	return nil
}

// Addr is the address at which the server listens, host:port.
func (s *Server) Addr() string { return s.mini.Addr() }

// URL is the address with the password: a secret of this process.
func (s *Server) URL() string {
	u := url.URL{Scheme: "redis", User: url.UserPassword("", s.password), Host: s.mini.Addr()}
	return u.String()
}

// count sees every command before it runs, those that scripts call too. In a
// script it runs under the server's lock, so that a dump, being a script too,
// has either all of another script's changes or none, and knows which keys they
// were. A write outside of a script may be missed; the adapter has none.
func (s *Server) count(peer *server.Peer, command string, args ...string) bool {
	switch {
	case command == "BELLWETHER.CHANGED":
		if len(args) != 1 || args[0] != s.password {
			return false // an unknown command to anyone else
		}
		keys, all := s.changed.take()
		if all {
			peer.WriteInt(0)
		} else {
			peer.WriteStrings(keys)
		}
		return true
	case harmless[command] || s.mini.IsReadOnlyCommand(command):
		return false
	case !quiet[command]:
		s.writes.Add(1)
	}
	s.changed.note(command, args)
	return false
}

var errClosed = errors.New("the embedded store is closed")

// Sync returns when a save that contains everything done so far is on disk.
// Those who wait at the same time share one save.
func (s *Server) Sync(ctx context.Context) error {
	s.mu.Lock()
	want := s.writes.Load()
	if s.saved >= want {
		s.mu.Unlock()
		return nil
	}
	if s.ended {
		s.mu.Unlock()
		return errClosed
	}
	w := waiter{want: want, reply: make(chan error, 1)}
	s.waiting = append(s.waiting, w)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	select {
	case err := <-w.reply:
		return err
	case <-ctx.Done():
		return fmt.Errorf("save the store: %w", ctx.Err())
	}
}

// run saves when someone waits for it, and else now and then.
func (s *Server) run(ctx context.Context) {
	timer := time.NewTimer(SaveSoonest)
	defer timer.Stop()
	failing, expired := false, time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
			if d := time.Since(expired); d > expireEvery {
				s.mini.FastForward(d)
				expired = expired.Add(d)
			}
		}
		begun := time.Now()
		err := s.save(ctx)
		timer.Reset(min(max(10*time.Since(begun), SaveSoonest), SaveLatest))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			s.log.ErrorContext(ctx, "store can't be saved; will go on trying", "file", s.path, "error", err)
		case err == nil && failing:
			s.log.InfoContext(ctx, "store is saved again", "file", s.path)
		}
		failing = err != nil
	}
}

// save writes the file if anything changed, and answers those who wait for it.
func (s *Server) save(ctx context.Context) error {
	n := s.writes.Load()
	s.mu.Lock()
	clean := s.saved >= n
	s.mu.Unlock()
	var err error
	if !clean {
		begun := time.Now()
		err = s.write(ctx)
		s.metrics.saved(begun, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.saved = max(s.saved, n)
	}
	left := s.waiting[:0]
	for _, w := range s.waiting {
		if w.want > n {
			left = append(left, w)
			continue
		}
		w.reply <- err
	}
	s.waiting = left
	if len(left) > 0 {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return err
}

// write brings the image and the file up to date.
func (s *Server) write(ctx context.Context) error {
	changes, err := s.refresh(ctx)
	if err != nil {
		s.changed.everything() // it may have forgotten keys that were not read
		return fmt.Errorf("save the store: %w", err)
	}
	s.saves.Add(1)
	last := s.written
	s.written = extent{} // what a failed write leaves is not known
	behind := last.size - last.whole
	for _, k := range changes {
		behind += int64(len(k))
	}
	if last.size == 0 || behind > max(last.whole, leastSections) {
		s.written, err = writeFile(s.path, s.image)
	} else {
		s.written, err = appendFile(s.path, last, changes)
	}
	if err == nil {
		s.metrics.bytes.Store(s.written.size)
	}
	return err
}

// refresh brings the image up to date, and gives the keys that changed as a
// section has them.
func (s *Server) refresh(ctx context.Context) (map[string][]byte, error) {
	keys, all, err := dump(ctx, s.client, s.password, time.Now())
	if err != nil {
		return nil, err
	}
	if all {
		s.image, s.written = make(map[string][]byte, len(keys)), extent{}
	}
	changes := make(map[string][]byte, len(keys))
	for _, k := range keys {
		if k.kind == gone {
			k.content = ""
		}
		if changes[k.name], err = appendKey(nil, k); err != nil {
			return nil, err
		}
		if s.image[k.name] = changes[k.name]; k.kind == gone {
			delete(s.image, k.name)
		}
	}
	return changes, nil
}

// Close saves a last time, ends the server and gives the file free. Clients
// should be closed before.
func (s *Server) Close() error {
	s.close.Do(func() {
		s.cancel()
		s.done.Wait()
		s.changed.everything() // so that the file holds each key once
		if s.written.size > s.written.whole {
			s.writes.Add(1)
		}
		s.closed = s.save(context.Background())
		s.mu.Lock()
		s.ended = true
		for _, w := range s.waiting {
			w.reply <- errClosed
		}
		s.waiting = nil
		s.mu.Unlock()
		s.stop()
	})
	return s.closed
}

// stop ends what start began, as far as it came.
func (s *Server) stop() {
	if s.client != nil {
		_ = s.client.Close()
	}
	if s.mini != nil {
		s.mini.Close()
	}
	// The lock's file stays: removing it would let two processes lock two
	// files of the same name.
	_ = s.lock.Close()
}

// ErrInUse tells that another process has the store open.
var ErrInUse = errors.New("in use")

// lockFile takes the lock and notes who has it.
func lockFile(path string) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if ok {
		if err := os.WriteFile(path, fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
			_ = lock.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return lock, nil
	}
	holder := "another process"
	if pid := readPID(path); pid != "" {
		holder = "process " + pid
	}
	return nil, fmt.Errorf("%w by %s: stop that one first, or use another folder with --data", ErrInUse, holder)
}

func readPID(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
