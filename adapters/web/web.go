// Package web is what Bellwether serves over HTTP: whether it is alive and
// whether it is ready, and the routes that chat platforms call.
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

// Check tells what keeps a part from working; nil when it works.
type Check func(ctx context.Context) error

const (
	checkTimeout    = 2 * time.Second
	shutdownTimeout = 5 * time.Second
)

// Server serves
//
//	/healthz  200 as long as the process answers
//	/readyz   200 when every check passes, else 503; {"ready":…,"checks":{name:{"ok":…}}}
//
// and the routes that it was given. What a check says goes to the log and not to whoever asks.
type Server struct {
	addr   string
	checks map[string]Check
	routes map[string]http.Handler
	log    *slog.Logger
	bound  chan net.Addr // gets the address that Run listens on
}

// New makes a server for addr ("host:port"); Run starts it. The routes are
// patterns of [http.ServeMux]; two that conflict are a mistake of the program.
func New(addr string, checks map[string]Check, routes map[string]http.Handler, log *slog.Logger) *Server {
	return &Server{addr: addr, checks: checks, routes: routes, log: log, bound: make(chan net.Addr, 1)}
}

// Run serves until ctx ends, lets open requests finish, and returns nil then.
// An address that can't be listened on is an error at once.
func (s *Server) Run(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
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
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
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
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		s.answer(w, http.StatusOK, map[string]bool{"ok": true})
	})
	mux.HandleFunc("GET /readyz", s.ready)
	for pattern, handler := range s.routes {
		mux.Handle(pattern, handler)
	}
	return mux
}

type result struct {
	OK bool `json:"ok"`
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	var (
		mu      sync.Mutex
		wg      sync.WaitGroup
		results = make(map[string]result, len(s.checks))
		status  = http.StatusOK
	)
	for name, check := range s.checks {
		wg.Go(func() {
			err := check(ctx)
			mu.Lock()
			defer mu.Unlock()
			results[name] = result{OK: err == nil}
			if err != nil {
				status = http.StatusServiceUnavailable
				s.log.WarnContext(ctx, "not ready", "check", name, "error", err)
			}
		})
	}
	wg.Wait()
	s.answer(w, status, map[string]any{"ready": status == http.StatusOK, "checks": results})
}

func (s *Server) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.log.Debug("answering", "error", err)
	}
}
