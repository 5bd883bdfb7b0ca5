package fakediscord

import (
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Call is one call of the REST API.
type Call struct {
	Method string
	Path   string // below the base: channels/1/messages
	Route  string // with names for ids: channels/{channel}/messages
	// Channel and Guild are those of the path, if any.
	Channel, Guild string
	Number         int // from 1, over all calls
	At             time.Time
	Status         int // of HTTP; 0 if no answer was given
	Code           int // Discord's own
	Scope          string
	Body           string
}

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	Status     int           // answered with it: 429, 500, 503, ...
	Code       int           // Discord's own, with Status
	RetryAfter time.Duration // with 429
	Scope      string        // of a 429: "user" (the default), "shared", "global"
	HTML       bool          // the answer is a page of the CDN
	Accept     bool          // the call is carried out all the same
	Hang       bool          // no answer comes
	Cut        bool          // the connection is cut, with Accept within the answer
	Delay      time.Duration // the answer comes late
	Late       bool          // no answer comes; carried out at AcceptLate
}

// none reports whether the call is carried out at once.
func (f Fault) none() bool {
	return f.Status == 0 && !f.Hang && !f.Cut && !f.Late || f.Accept
}

// request is a call on its way to an answer.
type request struct {
	r     *http.Request
	route *route
	body  object
	raw   []byte // the JSON of body
	files []File
	call  Call
	// header are the limits as they stand, for the answer.
	header http.Header
}

func (q *request) path(name string) string  { return q.r.PathValue(name) }
func (q *request) query(name string) string { return q.r.URL.Query().Get(name) }

// has reports whether the body has a field, be it null.
func (q *request) has(name string) bool {
	_, ok := q.body[name]
	return ok
}

// refusal is what Discord says of a call that it does not carry out.
type refusal struct {
	status, code int
	message      string
	errors       any
	// blame: the app is to blame, not the state of things.
	blame bool
}

func refuse(status, code int, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

// base is where the API begins.
const base = "/api/v10/"

// maxBody is what a request may hold.
const maxBody = 32 << 20

func (s *Server) serveAPI(rt *route, w http.ResponseWriter, r *http.Request) {
	defer s.flush()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return
	}
	q := &request{r: r, route: rt, call: Call{
		Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, base), Route: rt.path, At: time.Now(),
		Channel: r.PathValue("channel"), Guild: r.PathValue("guild"), Body: string(raw),
	}}
	var invalid error
	if s.o.Validate != nil {
		invalid = s.o.Validate(r, raw)
	}
	bad := q.read(raw)
	fault, no := s.begin(q, invalid)
	var answer any
	if no == nil && fault.none() {
		if no = bad; no == nil {
			answer, no = s.carryOut(q)
		}
	}
	if fault.Delay > 0 {
		pause(r, fault.Delay)
	}
	s.answer(w, q, fault, answer, no)
}

// answer writes what the call gets, or nothing.
func (s *Server) answer(w http.ResponseWriter, q *request, fault Fault, answer any, no *refusal) {
	switch {
	case no != nil && no.status == http.StatusTooManyRequests:
		s.writeLimited(w, q, no.errors.(limited))
	case fault.Late:
		s.hold(q)
		fallthrough
	case fault.Hang:
		s.log(q, 0, 0)
		<-q.r.Context().Done()
		panic(http.ErrAbortHandler)
	case fault.Cut:
		s.log(q, 0, 0)
		half(w, answer)
		panic(http.ErrAbortHandler)
	case fault.Status == http.StatusTooManyRequests:
		l := limited{wait: fault.RetryAfter, scope: fault.Scope, html: fault.HTML}
		s.stop(q, &l)
		s.writeLimited(w, q, l)
	case fault.Status != 0 && fault.HTML:
		s.log(q, fault.Status, 0)
		page(w, fault.Status)
	case fault.Status != 0:
		s.write(w, q, fault.Status, fault.Code, object{
			"code": fault.Code, "message": strconv.Itoa(fault.Status) + ": " + http.StatusText(fault.Status),
		})
	case no != nil:
		s.writeRefusal(w, q, no)
	case answer == nil:
		s.write(w, q, http.StatusNoContent, 0, nil)
	case q.route.makes:
		s.write(w, q, http.StatusCreated, 0, answer)
	default:
		s.write(w, q, http.StatusOK, 0, answer)
	}
}

func (s *Server) writeRefusal(w http.ResponseWriter, q *request, no *refusal) {
	if no.blame {
		s.mu.Lock()
		detail, _ := json.Marshal(no.errors)
		s.violate(q.call, "%d %s %s; sent: %s", no.code, no.message, detail, q.raw)
		s.mu.Unlock()
	}
	body := object{"code": no.code, "message": no.message}
	if no.errors != nil {
		body["errors"] = no.errors
	}
	s.write(w, q, no.status, no.code, body)
}

// half writes the first half of an answer.
func half(w http.ResponseWriter, answer any) {
	raw, err := json.Marshal(answer)
	if answer == nil || err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw[:len(raw)/2])
	_ = http.NewResponseController(w).Flush()
}

// page writes a page of the CDN.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Server", "cloudflare")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><body>Access denied | discord.com used Cloudflare</body></html>")
}

func (s *Server) write(w http.ResponseWriter, q *request, status, code int, body any) {
	s.log(q, status, code)
	maps.Copy(w.Header(), q.header)
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// read takes the body apart: JSON, or a form with JSON and files.
func (q *request) read(raw []byte) *refusal {
	kind, params, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		form, err := multipart.NewReader(strings.NewReader(string(raw)), params["boundary"]).ReadForm(maxBody)
		if err != nil {
			return broken()
		}
		defer func() { _ = form.RemoveAll() }()
		raw = []byte(strings.Join(form.Value["payload_json"], ""))
		for _, name := range sortedKeys(form.File) {
			for _, h := range form.File[name] {
				f, err := h.Open()
				if err != nil {
					return broken()
				}
				data, _ := io.ReadAll(f)
				_ = f.Close()
				q.files = append(q.files, File{h.Filename, data})
			}
		}
	}
	q.raw = raw
	if len(raw) == 0 {
		return nil
	}
	if raw[0] == '[' { // a list of commands, read by its handler
		return nil
	}
	if json.Unmarshal(raw, &q.body) != nil {
		return broken()
	}
	return nil
}

func broken() *refusal {
	return &refusal{status: 400, code: 50109, message: "The request body contains invalid JSON.", blame: true}
}

// begin numbers a call, keeps the limits, and asks what goes wrong with it.
func (s *Server) begin(q *request, invalid error) (Fault, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	q.call.Number = s.number
	if c := s.channels[q.call.Channel]; c != nil {
		q.call.Guild = c.Guild
	}
	if invalid != nil {
		s.violate(q.call, "not valid: %v", invalid)
	}
	if l := s.take(q); l != nil {
		return Fault{}, &refusal{status: http.StatusTooManyRequests, errors: *l}
	}
	if s.o.Fault != nil {
		return s.o.Fault(q.call), nil
	}
	return Fault{}, nil
}

// carryOut checks who calls and does what is asked.
func (s *Server) carryOut(q *request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	if !q.route.free && (s.revoked || q.r.Header.Get("Authorization") != "Bot "+Token) {
		return nil, refuse(http.StatusUnauthorized, 0, "401: Unauthorized")
	}
	for _, name := range q.route.ids {
		if id := q.path(name); !snowflake(id) {
			return nil, (&form{}).no(name+"_id", "NUMBER_TYPE_COERCE", "Value "+id+" is not snowflake.").refusal()
		}
	}
	return q.route.handle(s, q)
}

// hold keeps a call back until AcceptLate.
func (s *Server) hold(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, func() { _, _ = s.carryOut(q) })
}

// AcceptLate carries out the calls that were held back, though nobody waits for
// their answers any more.
func (s *Server) AcceptLate() {
	s.mu.Lock()
	held := s.held
	s.held = nil
	s.mu.Unlock()
	for _, f := range held {
		f()
	}
	s.flush()
}

func (s *Server) log(q *request, status, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.call.Status, q.call.Code = status, code
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if q.call.Scope != "shared" {
			s.invalid++
		}
	}
	s.calls = append(s.calls, q.call)
	s.wake()
}
