package fakeslack

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Door is a way into the app: by it Slack delivers what people do.
type Door interface {
	// deliver hands over a payload until it is acknowledged, and gives the
	// answer; false if it never was.
	deliver(kind string, payload object) (json.RawMessage, bool)
}

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

// Sign gives the headers that Slack signs a body with.
func Sign(body []byte, at time.Time, secret string) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("v0:" + stamp + ":" + string(body)))
	return http.Header{
		"X-Slack-Request-Timestamp": {stamp},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// encode gives path, body and type of a payload.
func encode(kind string, payload object) (path string, body []byte, contentType string) {
	const form = "application/x-www-form-urlencoded"
	switch kind {
	case "events_api":
		raw, _ := json.Marshal(payload)
		return "/slack/events", raw, "application/json"
	case "slash_commands":
		values := url.Values{}
		for name, v := range payload {
			if s, ok := v.(string); ok {
				values.Set(name, s)
			}
		}
		return "/slack/commands", []byte(values.Encode()), form
	}
	raw, _ := json.Marshal(payload)
	return "/slack/interactivity", []byte(url.Values{"payload": {string(raw)}}.Encode()), form
}

// eventTries is how often an event is sent: once, and three times more.
const eventTries = 4

func (d httpDoor) deliver(kind string, payload object) (json.RawMessage, bool) {
	path, body, contentType := encode(kind, payload)
	for attempt := range eventTries {
		begun := time.Now()
		header := Sign(body, d.s.unsigned(body), SigningSecret)
		header.Set("Content-Type", contentType)
		if attempt > 0 {
			header.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
			header.Set("X-Slack-Retry-Reason", "http_timeout")
		}
		status, answer := post(d.base+path, body, header, d.s.o.AckTime)
		if status == http.StatusOK {
			return answer, true
		}
		if span := time.Since(begun); span >= d.s.o.AckTime {
			d.s.late(kind, span)
		}
		if kind != "events_api" {
			return nil, false
		}
	}
	return nil, false
}

// unsigned gives a time of late at which this body was not signed yet: each time
// has another signature, as with Slack, whose retries come later.
func (s *Server) unsigned(body []byte) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := time.Now()
	key := func() string { return fmt.Sprintf("%d %s", at.Unix(), body) }
	for s.signed[key()] {
		at = at.Add(-time.Second)
	}
	s.signed[key()] = true
	return at
}

// Post sends a body with headers to the app and gives the status and answer.
func (s *Server) Post(address string, body []byte, header http.Header) (int, []byte) {
	return post(address, body, header, s.o.AckTime)
}

func post(address string, body []byte, header http.Header, limit time.Duration) (int, json.RawMessage) {
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

// Slackify writes text as Slack sends it: & < > escaped, and what looks like a
// host as a link.
func Slackify(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	words := strings.Split(text, " ")
	for i, w := range words {
		name, host, found := strings.Cut(w, ":")
		if !found {
			name, host = "", w
		} else {
			name += ":"
		}
		switch {
		case strings.HasPrefix(w, "http://"), strings.HasPrefix(w, "https://"):
			words[i] = "<" + w + ">"
		case strings.Count(host, ".") > 0 && !strings.HasSuffix(host, ".") && !strings.ContainsAny(host, "0123456789\"()"):
			words[i] = name + "<http://" + host + "|" + host + ">"
		}
	}
	return strings.Join(words, " ")
}
