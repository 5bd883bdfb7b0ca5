package embed

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
)

// payload is the JSON form of what is posted.
type payload struct {
	Title           string                       `json:"thread_name,omitempty"`
	Content         string                       `json:"content,omitempty"`
	Embeds          []*discordgo.MessageEmbed    `json:"embeds,omitempty"`
	Components      []discordgo.MessageComponent `json:"components,omitempty"`
	AllowedMentions map[string][]string          `json:"allowed_mentions,omitempty"`
}

func payloadOf(m Message) payload {
	p := payload{Title: m.Title, Content: m.Content, Embeds: m.Embeds, Components: m.Components, AllowedMentions: map[string][]string{"parse": {}}}
	if len(m.Mentions) > 0 {
		p.AllowedMentions["roles"] = m.Mentions
	}
	return p
}

// again gives a message as it comes back from Discord.
func again(t sample.Failer, m Message) *discordgo.Message {
	t.Helper()
	raw, err := json.Marshal(payloadOf(m))
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	out := &discordgo.Message{}
	if err := json.Unmarshal(raw, out); err != nil {
		t.Fatalf("decode: %v", err)
	}
	return out
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checker keeps what was seen of a message.
type checker struct {
	t    sample.Failer
	ids  map[string]bool
	text int
}

// bounded fails on text that Discord would refuse, or that nobody should see.
func (c *checker) bounded(what, s string, least, most int) {
	c.t.Helper()
	if n := units(s); n > most || units(strings.TrimSpace(s)) < least {
		c.t.Errorf("%s has %d characters, want %d to %d: %.200q", what, n, least, most, s)
	}
	if !utf8.ValidString(s) {
		c.t.Errorf("%s is not UTF-8: %q", what, s)
	}
	for _, r := range s {
		joiner := r == '\u200b' || r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joiner {
			c.t.Errorf("the character %U is shown in %s: %q", r, what, s)
		}
	}
}

// checkMessage fails where Discord would refuse m.
// Source: https://discord.com/developers/docs/resources/message#create-message
func checkMessage(t sample.Failer, m Message) {
	t.Helper()
	c := &checker{t: t, ids: map[string]bool{}}
	if m.Content == "" && len(m.Embeds) == 0 {
		t.Errorf("an empty message")
	}
	c.bounded("the content", m.Content, 0, 2000)
	c.bounded("the title", m.Title, 0, 100)
	if len(m.Embeds) > 10 {
		t.Errorf("%d embeds", len(m.Embeds))
	}
	for _, e := range m.Embeds {
		c.embed(e)
	}
	if c.text > 6000 {
		t.Errorf("%d characters in embeds", c.text)
	}
	c.rows(m.Components)
}

func (c *checker) embed(e *discordgo.MessageEmbed) {
	c.t.Helper()
	part := func(what, s string, least, most int) {
		c.t.Helper()
		c.bounded(what, s, least, most)
		c.text += units(s)
	}
	part("an embed's title", e.Title, 0, 256)
	part("a description", e.Description, 0, 4096)
	if e.Footer != nil {
		part("a footer", e.Footer.Text, 1, 2048)
	}
	if e.Author != nil {
		part("an author", e.Author.Name, 1, 256)
	}
	if len(e.Fields) > 25 {
		c.t.Errorf("%d fields", len(e.Fields))
	}
	for _, f := range e.Fields {
		part("a field's name", f.Name, 1, 256)
		part("a field's value", f.Value, 1, 1024)
	}
	if e.Title == "" && e.Description == "" && len(e.Fields) == 0 {
		c.t.Errorf("an empty embed")
	}
	if e.Color <= 0 || e.Color > 0xFFFFFF {
		c.t.Errorf("the colour %x", e.Color)
	}
	if e.URL != "" {
		u, err := url.Parse(e.URL)
		if err != nil || u.User != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || units(e.URL) > 2048 {
			c.t.Errorf("a link to %q", e.URL)
		}
	}
	if e.Timestamp != "" {
		if _, err := time.Parse(time.RFC3339, e.Timestamp); err != nil {
			c.t.Errorf("a timestamp: %v", err)
		}
	}
}

func (c *checker) rows(all []discordgo.MessageComponent) {
	c.t.Helper()
	if len(all) > 5 {
		c.t.Errorf("%d rows", len(all))
	}
	for _, one := range all {
		r := rowOf(one)
		if r == nil || len(r.Components) > 5 {
			c.t.Fatalf("a row that is none: %v", one)
		}
		for _, e := range r.Components {
			c.component(e, len(r.Components))
		}
	}
}

func (c *checker) component(e discordgo.MessageComponent, beside int) {
	c.t.Helper()
	id := customID(e)
	if n := units(id); n < 1 || n > 100 {
		c.t.Errorf("a custom_id of %d characters", n)
	}
	if c.ids[id] {
		c.t.Errorf("the custom_id %q twice", id)
	}
	c.ids[id] = true
	if _, ok := ParseID(id); !ok {
		c.t.Errorf("nobody reads the custom_id %q", id)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		c.t.Fatalf("encode: %v", err)
	}
	var b discordgo.Button
	var s discordgo.SelectMenu
	if e.Type() == discordgo.ButtonComponent {
		if json.Unmarshal(raw, &b) != nil || b.URL != "" {
			c.t.Errorf("a button: %s", raw)
		}
		c.bounded("a button's label", b.Label, 1, 80)
		return
	}
	if json.Unmarshal(raw, &s) != nil || e.Type() != discordgo.SelectMenuComponent || beside != 1 {
		c.t.Fatalf("a menu: %s", raw)
	}
	c.bounded("a placeholder", s.Placeholder, 1, 150)
	if len(s.Options) == 0 || len(s.Options) > 25 {
		c.t.Errorf("%d options", len(s.Options))
	}
	c.options(id, s.Options)
}

func (c *checker) options(id string, all []discordgo.SelectMenuOption) {
	c.t.Helper()
	values := map[string]bool{}
	menu, _ := ParseID(id)
	for _, o := range all {
		if n := units(o.Value); n < 1 || n > 100 {
			c.t.Errorf("an option's value of %d characters", n)
		}
		c.bounded("an option's label", o.Label, 1, 100)
		c.bounded("an option's description", o.Description, 0, 100)
		if values[o.Value] {
			c.t.Errorf("the value %q twice", o.Value)
		}
		values[o.Value] = true
		_, isID := ParseID(o.Value)
		_, _, isPick := ParsePick(menu, o.Value)
		if menu.Action == ActionChoose && !isID || menu.Action == ActionPick && !isPick {
			c.t.Errorf("nobody reads the value %q of %q", o.Value, id)
		}
	}
}

// checkInert fails where Discord would make more of m than is allowed.
func checkInert(t sample.Failer, r reader, m Message, allowed ...string) {
	t.Helper()
	for _, e := range m.Embeds {
		parts := []string{e.Title, e.Description}
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
		for _, s := range parts {
			if _, found := r.read(s); len(kinds(found, allowed...)) > 0 {
				t.Errorf("%q has %v", s, kinds(found, allowed...))
			}
		}
	}
}

// words gives all that is shown of a message, and what its buttons carry.
func words(t testing.TB, m Message) string {
	t.Helper()
	raw, err := json.MarshalIndent(payloadOf(m), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`, `\\`, `\`).Replace(string(raw))
}
