package feedload

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// zone holds the names of all feeds. "test" is reserved for such uses (RFC 6761).
const zone = "feeds.test"

// Server says what is served.
type Server struct {
	Feeds int
	Seed  uint64
	// Latency is that of an answer, on average.
	Latency time.Duration
}

// Place tells where feeds are served.
type Place struct {
	HTTPS string `json:"https"` // address of the server
	DNS   string `json:"dns"`   // of a name server that knows only it
	Roots string `json:"roots"` // PEM of the authority that vouches for it
}

// Serve serves feeds on loopback addresses until ctx ends, and tells w where.
func (s Server) Serve(ctx context.Context, w io.Writer) error {
	certificate, roots, err := vouch(time.Now())
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	var lc net.ListenConfig
	web, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve feeds: %w", err)
	}
	names, err := lc.ListenPacket(ctx, "udp4", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("serve names: %w", err), web.Close())
	}
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0), // clients hang up on some
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	stop := context.AfterFunc(ctx, func() { _, _ = server.Close(), names.Close() })
	defer stop()
	if err := json.NewEncoder(w).Encode(Place{HTTPS: web.Addr().String(), DNS: names.LocalAddr().String(), Roots: string(roots)}); err != nil {
		return errors.Join(fmt.Errorf("say where feeds are: %w", err), web.Close(), names.Close())
	}
	var both errgroup.Group
	both.Go(func() error { return server.ServeTLS(web, "", "") })
	both.Go(func() error { return serveNames(names) })
	if err := both.Wait(); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (s Server) handler() http.Handler {
	now := time.Now()
	sites := make([]*site, s.Feeds)
	for i := range sites {
		sites[i] = newSite(i, s.Seed, now)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(sites) {
			http.NotFound(w, r)
			return
		}
		sites[n].begin(time.Now())
		pause(r.Context(), time.Duration(mathrand.ExpFloat64()*float64(s.Latency)))
		sites[n].serve(w, r, 3*s.Latency)
		sites[n].end(time.Now())
	})
	mux.HandleFunc("GET /report/{due}", func(w http.ResponseWriter, r *http.Request) {
		ms, err := strconv.ParseInt(r.PathValue("due"), 10, 64)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(reportOf(sites, now, time.UnixMilli(ms))) // else who asked hung up
	})
	return mux
}

// begin and end note a request.
func (s *site) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked.IsZero() {
		s.asked = now
		return
	}
	s.gaps = append(s.gaps, now.Sub(s.ended).Milliseconds())
}

func (s *site) end(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = now
}

// reportOf tells what the sites saw since the start, of items those that were
// there when they were due.
func reportOf(sites []*site, start, due time.Time) report {
	var r report
	for _, s := range sites {
		n := 0
		if s.answers() {
			n = s.published(due)
		}
		s.mu.Lock()
		first := int64(-1)
		if !s.asked.IsZero() {
			first = s.asked.Sub(start).Milliseconds()
		}
		if s.answers() {
			r.Gaps = append(r.Gaps, s.gaps...)
		}
		shown := s.shown
		s.mu.Unlock()
		r.Shown = append(r.Shown, shown)
		r.Published, r.Answers, r.First = append(r.Published, n), append(r.Answers, s.answers()), append(r.First, first)
	}
	return r
}

// serve answers as the feed's manner is: a slow one pauses for part, five times.
func (s *site) serve(w http.ResponseWriter, r *http.Request, part time.Duration) {
	switch s.manner {
	case broken:
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	case mute:
		<-r.Context().Done()
		return
	}
	body, etag := s.document(s.published(time.Now()))
	h := w.Header()
	h.Set("Content-Type", "application/rss+xml; charset=utf-8")
	if s.manner != forgetful {
		h.Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var z bytes.Buffer
		zw, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed) // fails only for levels that there are not
		_, _ = zw.Write(body)
		_ = zw.Close()
		h.Set("Content-Encoding", "gzip")
		body = z.Bytes()
	}
	if s.manner != slow {
		_, _ = w.Write(body)
		return
	}
	for i := range 5 {
		_, _ = w.Write(body[i*len(body)/5 : (i+1)*len(body)/5])
		_ = http.NewResponseController(w).Flush()
		pause(r.Context(), part)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// vouch makes a certificate for all names in the zone.
func vouch(now time.Time) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: zone}, DNSNames: []string{"*." + zone},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
