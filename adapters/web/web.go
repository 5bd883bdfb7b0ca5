// Package web is what Bellwether serves over HTTP: whether it is alive and
// whether it is ready, and the routes that are called by chat platforms and by
// whoever watches it.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Check is a thing that has to work.
type Check struct {
	Name string
	// Why says what is wrong when Test fails, and that is all that is told to
	// whoever asks: what Test says may name what is nobody's business.
	Why  string
	Test func(ctx context.Context) error
}

const (
	checkTimeout    = 2 * time.Second
	shutdownTimeout = 5 * time.Second
)

// Config is what a Server is made of.
type Config struct {
	Addr string // "host:port"
	// Alive are the checks that only a start anew can mend, Ready those that keep
	// the program from its work.
	Alive, Ready []Check
	// Routes are patterns of [http.ServeMux]; two that conflict are a mistake of
	// the program.
	Routes map[string]http.Handler
	Logger *slog.Logger
}

// Server serves
//
//	/healthz  200 when every check of Alive passes, else 503; {"ok":…,"checks":{name:{"ok":…,"why":…}}}
//	/readyz   200 when every check of Ready passes, else 503; {"ready":…,"checks":…}
//
// and the routes that it was given. What the test of a check says goes to the
// log, when it begins to fail.
type Server struct {
	Config
	bound chan net.Addr // gets the address that Run listens on

	mu      sync.Mutex
	failing map[string]bool
}

// New makes a server; Run starts it.
func New(c Config) *Server {
	return &Server{Config: c, bound: make(chan net.Addr, 1), failing: map[string]bool{}}
}

// Run serves until ctx ends, lets open requests finish, and returns nil then.
// An address that can't be listened on is an error at once.
func (s *Server) Run(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("serving HTTP: %w", err)
	}
	select {
	case s.bound <- l.Addr():
	default:
	}
	srv := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      checkTimeout + 10*time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving HTTP: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err = srv.Shutdown(stop); err != nil {
		err = errors.Join(err, srv.Close())
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		return fmt.Errorf("ending the HTTP server: %w", err)
	}
	return nil
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { s.checked(w, r, "ok", s.Alive) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { s.checked(w, r, "ready", s.Ready) })
	for pattern, handler := range s.Routes {
		mux.Handle(pattern, handler)
	}
	return mux
}

type result struct {
	OK  bool   `json:"ok"`
	Why string `json:"why,omitempty"`
}

// checked runs checks side by side and answers what they found.
func (s *Server) checked(w http.ResponseWriter, r *http.Request, verdict string, checks []Check) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	errs := make([]error, len(checks))
	var tests sync.WaitGroup
	for i, c := range checks {
		tests.Go(func() { errs[i] = c.Test(ctx) })
	}
	tests.Wait()
	results, status := make(map[string]result, len(checks)), http.StatusOK
	for i, c := range checks {
		results[c.Name] = result{OK: errs[i] == nil}
		if errs[i] != nil {
			results[c.Name] = result{Why: c.Why}
			status = http.StatusServiceUnavailable
		}
		if r.Context().Err() == nil { // whoever has gone ends what was tested for them
			s.note(ctx, c.Name, errs[i])
		}
	}
	s.answer(w, status, map[string]any{verdict: status == http.StatusOK, "checks": results})
}

// note logs that a check begins to fail, and when it passes again.
func (s *Server) note(ctx context.Context, name string, err error) {
	s.mu.Lock()
	was := s.failing[name]
	s.failing[name] = err != nil
	s.mu.Unlock()
	switch {
	case err != nil && !was:
		s.Logger.WarnContext(ctx, "a check fails", "check", name, "error", err)
	case err == nil && was:
		s.Logger.InfoContext(ctx, "a check passes again", "check", name)
	}
}

func (s *Server) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.Logger.Debug("answering", "error", err)
	}
}
