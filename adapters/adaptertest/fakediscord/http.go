package fakediscord

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Interactions is where the app takes interactions, below its base.
const Interactions = "/discord/interactions"

// httpDoor is signed HTTP.
type httpDoor struct {
	s    *Server
	base string
}

// HTTP opens signed HTTP as the way in: base is where the app listens.
func (s *Server) HTTP(base string) Door {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = httpDoor{s, base}
	return s.door
}

// Sign gives the headers that Discord signs a body with.
func Sign(body []byte, at time.Time, key ed25519.PrivateKey) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		"X-Signature-Timestamp": {stamp},
		"X-Signature-Ed25519":   {hex.EncodeToString(ed25519.Sign(key, append([]byte(stamp), body...)))},
		"Content-Type":          {"application/json"},
		"User-Agent":            {"Discord-Interactions/1.0 (+https://discord.com)"},
	}
}

// Sign gives the headers of a body that the server itself signs.
func (s *Server) Sign(body []byte, at time.Time) http.Header { return Sign(body, at, s.secret) }

func (d httpDoor) deliver(_ string, payload object) (int, []byte) {
	body, _ := json.Marshal(payload)
	return post(d.base+Interactions, body, d.s.Sign(body, time.Now()), d.s.o.AckTime)
}

// Post sends a body with headers to the app and gives the status and answer.
func (s *Server) Post(address string, body []byte, header http.Header) (int, []byte) {
	return post(address, body, header, s.o.AckTime)
}

func post(address string, body []byte, header http.Header, limit time.Duration) (int, []byte) {
	req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	req.Header = header
	client := &http.Client{Timeout: limit, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, bytes.TrimSpace(answer)
}

// CheckEndpoint does what Discord does before it takes an address for
// interactions: a PING must be answered with PONG, and one that is signed
// wrongly with 401.
func (s *Server) CheckEndpoint(base string) error {
	body, _ := json.Marshal(object{
		"id": s.ID(), "application_id": AppID, "type": kindPing, "token": "ping", "version": 1, "user": nil, "entitlements": []any{},
		"authorizing_integration_owners": object{},
	})
	status, answer := s.Post(base+Interactions, body, s.Sign(body, time.Now()))
	var pong object
	if json.Unmarshal(answer, &pong) != nil || status != http.StatusOK || number(pong, "type") != AnswerPong {
		return fmt.Errorf("PING was answered with %d %s", status, answer)
	}
	forged := s.Sign(append(body, ' '), time.Now())
	if status, _ := s.Post(base+Interactions, body, forged); status != http.StatusUnauthorized {
		return fmt.Errorf("a wrong signature was answered with %d", status)
	}
	return nil
}

// answered carries out what HTTP answered to an interaction.
func (s *Server) answered(i *Interaction, status int, answer []byte) {
	call := Call{Method: "HTTP", Path: "interactions/" + i.ID, Status: status, Channel: i.Channel, Guild: i.Guild, At: time.Now(), Body: string(answer)}
	path := base + "interactions/" + i.ID + "/" + i.Token + "/callback"
	r, _ := http.NewRequest(http.MethodPost, s.http.URL+path, bytes.NewReader(answer))
	r.Header.Set("Content-Type", "application/json")
	q := &request{r: r, raw: answer, call: call}
	invalid := error(nil)
	if s.o.Validate != nil && status == http.StatusOK {
		invalid = s.o.Validate(r, answer)
	}
	s.mu.Lock()
	switch no := (*refusal)(nil); {
	case status == http.StatusAccepted && len(answer) == 0: // answered by a call
	case status != http.StatusOK:
		s.violate(call, "an interaction was answered with %d %s", status, answer)
		s.fail(i)
	case json.Unmarshal(answer, &q.body) != nil:
		s.violate(call, "an interaction was answered with what is no JSON")
		s.fail(i)
	default:
		if invalid != nil {
			s.violate(call, "not valid: %v", invalid)
		}
		if no = s.respond(q, i); no != nil {
			detail, _ := json.Marshal(no.errors)
			s.violate(call, "%d %s %s", no.code, no.message, detail)
			s.fail(i)
		}
	}
	s.wake()
	s.mu.Unlock()
	s.flush()
}

// fail ends an interaction that was not answered as it should have been.
func (s *Server) fail(i *Interaction) {
	if !i.Answered && !i.Failed {
		i.Failed = true
		close(i.done)
	}
}
