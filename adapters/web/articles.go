package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Limits of one push. A newsroom's whole day is a few megabytes.
const (
	maxPush   = 16 << 20 // bytes, as sent
	mostItems = 1000
	// mostPushes bounds how many are read at the same time, and with it the
	// memory that they take.
	mostPushes = 4
	// pushTime bounds the logging of one push.
	pushTime = 25 * time.Second
	// readTime bounds the reading of one.
	readTime = 30 * time.Second
)

// Intake takes articles in.
type Intake interface {
	// Push logs articles and tells what became of each, in their order. After an
	// error it may be made again.
	Push(ctx context.Context, articles []alerts.Article) ([]alerts.Outcome, error)
}

// ArticlesConfig is what the handler of pushed articles is made of.
type ArticlesConfig struct {
	Tokens []string // any of them lets in
	// Decode reads the articles of a body by its content type and content. Its
	// error is for a body of which nothing can be read.
	Decode func(contentType string, body io.Reader) (alerts.Batch, error)
	Intake Intake
	// Busy tells whether an error of Intake is that nothing is taken in now.
	Busy   func(error) bool
	Logger *slog.Logger
}

// articles serves POST /articles.
type articles struct {
	ArticlesConfig
	tokens [][sha256.Size]byte
	slots  chan struct{}
}

// NewArticles makes the handler of pushed articles. It answers with
//
//	200 {"accepted":1,"duplicate":0,"refused":1,"items":[
//	      {"id":…,"status":"accepted"},{"place":"line 2","status":"refused","why":…}]}
//	400, 413 {"error":…} when nothing of the body can be read
//	401 without the token, 503 with Retry-After when it is to be sent again
//
// Items are the articles in the order of the body, then what could not be read.
func NewArticles(c ArticlesConfig) http.Handler {
	a := &articles{ArticlesConfig: c, slots: make(chan struct{}, mostPushes)}
	for _, t := range c.Tokens {
		a.tokens = append(a.tokens, sha256.Sum256([]byte(t)))
	}
	return a
}

// pushed is one item of the answer.
type pushed struct {
	Place    string `json:"place,omitempty"`
	ID       string `json:"id,omitempty"`
	Status   string `json:"status"`
	Revision int    `json:"revision,omitempty"`
	Why      string `json:"why,omitempty"`
}

// answer is what became of a push.
type answer struct {
	Accepted  int      `json:"accepted"`
	Duplicate int      `json:"duplicate"`
	Refused   int      `json:"refused"`
	Items     []pushed `json:"items"`
}

// ServeHTTP implements [http.Handler].
func (a *articles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(r.Header.Get("Authorization")) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="articles"`)
		a.fail(w, http.StatusUnauthorized, "send the header Authorization: Bearer with the token that is set")
		return
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	default:
		a.later(w, time.Second, "others send articles; send it again")
		return
	}
	// A push may be larger and take longer than what the server else serves.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(readTime))
	_ = control.SetWriteDeadline(time.Now().Add(readTime + pushTime))
	b, err := a.Decode(r.Header.Get("Content-Type"), http.MaxBytesReader(w, r.Body, maxPush))
	switch tooLarge := (*http.MaxBytesError)(nil); {
	case errors.As(err, &tooLarge):
		a.fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes; send it in parts", maxPush))
	case err != nil:
		a.fail(w, http.StatusBadRequest, err.Error())
	case len(b.Articles)+len(b.Problems) == 0:
		a.fail(w, http.StatusBadRequest, "the body holds no article")
	case len(b.Articles)+len(b.Problems) > mostItems:
		a.fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body holds more than %d items; send it in parts", mostItems))
	default:
		a.take(w, r, b)
	}
}

// take logs what was read and answers.
func (a *articles) take(w http.ResponseWriter, r *http.Request, b alerts.Batch) {
	ctx, cancel := context.WithTimeout(r.Context(), pushTime)
	defer cancel()
	outcomes, err := a.Intake.Push(ctx, b.Articles)
	switch {
	case err != nil && a.Busy(err):
		a.later(w, time.Minute, err.Error())
		return
	case err != nil:
		a.Logger.ErrorContext(ctx, "pushed articles not logged", "error", err)
		a.later(w, 5*time.Second, "the store can't be reached, or is slow; send it again")
		return
	}
	var out answer
	for _, o := range outcomes {
		item := pushed{ID: o.Article.ID, Revision: o.Article.Revision}
		switch {
		case o.Err != nil:
			item.Status, item.Why = "refused", o.Err.Error()
			out.Refused++
		case o.Verdict == alerts.Duplicate:
			item.Status = "duplicate"
			out.Duplicate++
		default:
			item.Status = "accepted"
			out.Accepted++
		}
		out.Items = append(out.Items, item)
	}
	for _, p := range b.Problems {
		out.Refused++
		out.Items = append(out.Items, pushed{Place: p.Place, Status: "refused", Why: p.Err.Error()})
	}
	a.answer(w, http.StatusOK, out)
}

// allowed tells whether a header holds a token, in a time that tells nothing of
// the tokens.
func (a *articles) allowed(header string) bool {
	scheme, token, _ := strings.Cut(header, " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	ok := 0
	for _, t := range a.tokens {
		ok |= subtle.ConstantTimeCompare(sum[:], t[:])
	}
	return ok == 1 && strings.EqualFold(scheme, "Bearer")
}

// later asks for the same once more.
func (a *articles) later(w http.ResponseWriter, after time.Duration, why string) {
	w.Header().Set("Retry-After", fmt.Sprint(int(after.Seconds())))
	a.fail(w, http.StatusServiceUnavailable, why)
}

func (a *articles) fail(w http.ResponseWriter, status int, why string) {
	a.answer(w, status, map[string]string{"error": why})
}

func (a *articles) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		a.Logger.Debug("answering", "error", err)
	}
}
