package blockkit_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/adapters/slack/blockkit"
)

func encoded(t sample.Failer, v any) []byte {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return out
}

// checkMessage fails where Slack would refuse m, or something in it could
// mention, link or format.
func checkMessage(t sample.Failer, m blockkit.Message) {
	t.Helper()
	if len(m.Blocks) == 0 {
		t.Errorf("a message without blocks")
	}
	raw := encoded(t, m.Blocks)
	for _, p := range fakeslack.ValidateMessage(raw) {
		t.Errorf("Slack refuses: %s\n%s", p, raw)
	}
	c := &checker{t: t}
	c.walk(decoded(t, raw))
	if c.text > 10_000 {
		t.Errorf("%d characters in a message", c.text)
	}
	checkFallback(t, m.Text)
}

func checkView(t sample.Failer, view any) {
	t.Helper()
	raw := encoded(t, view)
	for _, p := range fakeslack.ValidateView(raw) {
		t.Errorf("Slack refuses: %s\n%s", p, raw)
	}
	c := &checker{t: t}
	c.walk(decoded(t, raw))
}

func decoded(t sample.Failer, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("decode: %v", err)
	}
	return v
}

var entities = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "")

func checkFallback(t sample.Failer, text string) {
	t.Helper()
	if text == "" {
		t.Errorf("no fallback text")
	}
	if strings.ContainsAny(entities.Replace(text), "&<>\n\r") {
		t.Errorf("the fallback text can hold markup: %q", text)
	}
	if n := len(utf16.Encode([]rune(text))); n > 300*5 {
		t.Errorf("the fallback text has %d characters", n)
	}
	checkText(t, text)
}

// checkText fails on what turns the order of letters around, controls or is
// not UTF-8.
func checkText(t sample.Failer, s string) {
	t.Helper()
	if s == "\n" {
		return // a line break of our own; nobody else's text is only that
	}
	if !utf8.ValidString(s) {
		t.Errorf("not UTF-8: %q", s)
	}
	for _, r := range s {
		joiner := r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joiner {
			t.Errorf("the character %U is shown in %q", r, s)
		}
	}
}

// mrkdwn is all that may stand where Slack reads markup.
var mrkdwn = regexp.MustCompile(`^(<#[A-Z0-9]{2,32}>|<!date\^[0-9]+\^\{date_long_pretty\} at \{time\}\|[0-9]+ [A-Z][a-z]+ [0-9]{4}, [0-9]{2}:[0-9]{2} [A-Z0-9+-]+>)$`)

var ids = regexp.MustCompile(`^[A-Z0-9]{2,32}$`)

type checker struct {
	t    sample.Failer
	text int // characters of text and addresses
}

func (c *checker) walk(value any) {
	c.t.Helper()
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			c.walk(e)
		}
	case map[string]any:
		c.object(v)
		for name, e := range v {
			if s, ok := e.(string); ok && (name == "text" || name == "url") {
				c.text += len(utf16.Encode([]rune(s)))
			}
			if name != "value" && name != "private_metadata" && name != "initial_value" {
				c.walk(e)
			}
		}
	}
}

func (c *checker) object(v map[string]any) {
	c.t.Helper()
	text, _ := v["text"].(string)
	if _, ok := v["text"].(string); ok {
		checkText(c.t, text)
	}
	switch v["type"] {
	case "mrkdwn":
		if !mrkdwn.MatchString(text) {
			c.t.Errorf("mrkdwn that is not ours: %q", text)
		}
	case "plain_text":
		if v["emoji"] != false {
			c.t.Errorf("plain text with emoji: %v", v)
		}
	case "link":
		address, _ := v["url"].(string)
		u, err := url.Parse(address)
		if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			c.t.Errorf("a link to %q", address)
		}
	case "channel":
		if id, _ := v["channel_id"].(string); !ids.MatchString(id) {
			c.t.Errorf("a channel %q", id)
		}
	case "user", "usergroup", "broadcast", "team", "color", "emoji", "date":
		c.t.Errorf("an element that is never used: %v", v)
	case "button", "overflow", "static_select":
		c.actions(v)
	}
}

// actions fails where a button does what Slack does itself, or carries nothing.
func (c *checker) actions(v map[string]any) {
	c.t.Helper()
	if v["url"] != nil {
		c.t.Errorf("a button that opens %v", v["url"])
	}
	if v["type"] == "button" && v["value"] == nil {
		c.t.Errorf("a button without a value: %v", v)
	}
}

// values gives what the buttons and menus of a message or view carry, with
// what stands on them.
func values(t sample.Failer, v any) map[string]string {
	t.Helper()
	out := map[string]string{}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			carried, ok := v["value"].(string)
			if label, labelled := v["text"].(map[string]any); ok && labelled {
				out[label["text"].(string)] = carried
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(decoded(t, encoded(t, v)))
	return out
}

// again gives blocks as they come back from Slack.
func again(t sample.Failer, blocks []slack.Block) []slack.Block {
	t.Helper()
	var out slack.Blocks
	if err := json.Unmarshal(encoded(t, blocks), &out); err != nil {
		t.Fatalf("decode blocks: %v", err)
	}
	return out.BlockSet
}

func shown(t testing.TB, v any) string {
	t.Helper()
	return fakeslack.Words(decoded(t, encoded(t, v)))
}

// refused tells what Slack would refuse in blocks.
func refused(t sample.Failer, blocks []slack.Block) []string {
	t.Helper()
	return fakeslack.ValidateMessage(encoded(t, blocks))
}
