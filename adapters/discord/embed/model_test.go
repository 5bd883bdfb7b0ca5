package embed

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// What follows is Discord's Markdown as its clients read it, or rather more of
// it: where clients may differ, the model takes the mark. It is a model of the
// documented forms, and of simple-markdown, from which the clients' rules come.
// Source: https://discord.com/developers/docs/reference#message-formatting

// rule is an element at the place where the text stands; begins: only at the
// beginning of a line. The first group is what is read on within the element.
type rule struct {
	kind   string
	begins bool
	at     *regexp.Regexp
}

func rules() []rule {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?s)^` + s) }
	return []rule{
		{"heading", true, re(`[ \t]*#{1,6}[ \t]+\S`)},
		{"subtext", true, re(`[ \t]*-#[ \t]*\S`)},
		{"quote", true, re(`[ \t]*>(>>)?[ \t]`)},
		{"list", true, re(`[ \t]*([-*+]|\d+[.)])[ \t]+\S`)},
		{"codeblock", false, re("```(.*?)```")},
		{"code", false, re("`([^`]+)`")}, // of more than one backquote: below
		{"code", false, re("``.*?``")},
		{"address", false, re(`[A-Za-z][A-Za-z0-9+.-]*://\S`)},
		{"address", false, re(`<[^: >]+:/[^ >]+>`)},
		{"address", false, re(`<[^<>\s]+@[^<>\s]+>`)},
		{"address", false, re(`<(tel:)?\+[0-9() -]+>`)},
		{"mention", false, re(`@(everyone|here|Clyde)`)},
		{"mention", false, re(`<(?:@[!&]?|#)\d+>`)},
		{"mention", false, re(`</[^<>:]+:\d+>`)},
		{"mention", false, re(`<id:\w+(:\d+)?>`)},
		{"time", false, re(`<t:-?\d+(:\w)?>`)},
		{"emoji", false, re(`<a?:\w+:\d+>`)},
		{"emoji", false, re(`:[A-Za-z0-9_+-]+(::skin-tone-\d)?:`)},
		{"link", false, re(`\[.*?\]\(.*?\)`)},
		{"bold", false, re(`\*\*((?:\\.|[^\\])+?)\*\*`)},
		{"underline", false, re(`__((?:\\.|[^\\])+?)__`)},
		{"strike", false, re(`~~((?:\\.|[^\\])+?)~~`)},
		{"spoiler", false, re(`\|\|((?:\\.|[^\\])+?)\|\|`)},
		{"italics", false, re(`\*((?:\\.|[^\\*])+?)\*`)},
		{"italics", false, re(`_((?:\\.|[^\\_])+?)_`)},
	}
}

// element is what a reader sees that is more than text.
type element struct{ kind, text string }

var escapes = regexp.MustCompile(`^\\([^0-9A-Za-z\s])`)

var unescaped = regexp.MustCompile(`\\([^0-9A-Za-z\s])`)

// reader reads Markdown; it keeps its rules, which are slow to make.
type reader struct{ rules []rule }

func newReader() reader { return reader{rules()} }

// read gives what is shown of s, and the elements in it.
func (r reader) read(s string) (shown string, found []element) {
	var out strings.Builder
	begins := true
	for s != "" {
		if m := escapes.FindStringSubmatch(s); m != nil {
			out.WriteString(m[1])
			s, begins = s[len(m[0]):], false
			continue
		}
		kind, whole, inner := r.match(s, begins)
		switch kind {
		case "":
			out.WriteByte(s[0])
			begins = s[0] == '\n' || begins && s[0] == ' '
			s = s[1:]
			continue
		case "bold", "underline", "strike", "spoiler", "italics":
			text, deeper := r.read(inner)
			found = append(append(found, element{kind, text}), deeper...)
			out.WriteString(text)
		case "code", "codeblock":
			found = append(found, element{kind, inner})
			out.WriteString(inner)
		default:
			found = append(found, element{kind, whole})
			out.WriteString(whole)
		}
		s, begins = s[len(whole):], false
	}
	return out.String(), found
}

// match finds the element at the beginning of s. "begins" also holds after
// spaces, so an element of a line is looked for before them too.
func (r reader) match(s string, begins bool) (kind, whole, inner string) {
	mark := strings.IndexByte("`<@:[*_~|", s[0]) >= 0
	scheme := isLetter(s[0]) && strings.HasPrefix(strings.TrimLeft(s, schemeLetters), "://")
	for _, rule := range r.rules {
		if rule.begins && !begins || !rule.begins && !mark && !scheme { // quicker than to match
			continue
		}
		if m := rule.at.FindStringSubmatch(s); m != nil {
			if len(m) > 1 {
				inner = m[1]
			}
			return rule.kind, m[0], inner
		}
	}
	return "", "", ""
}

const schemeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// TestModel shows that the model sees what Discord makes of marks.
func TestModel(t *testing.T) {
	for in, want := range map[string]string{
		"# a": "heading", "  ## a": "heading", "x\n# a": "heading", "-# a": "subtext", "> a": "quote", ">>> a": "quote", "- a": "list", "* a": "list", "12. a": "list",
		"```a```": "codeblock", "x `a` y": "code", "``a`b``": "code", "see https://a.example": "address", "xhttps://a.example": "address", "<https://a.example>": "address",
		"<a@b.example>": "address", "<a:/b>": "address", "@everyone": "mention", "a@here": "mention", "<@1>": "mention", "<@!1>": "mention", "<@&1>": "mention", "<#1>": "mention",
		"</policy list:1>": "mention", "<id:customize>": "mention", "<t:1>": "time", "<t:1:R>": "time", "<:a:1>": "emoji", "<a:a:1>": "emoji", ":tada:": "emoji",
		"[a](b)": "link", "[a](<https://b.example>)": "link", "**a**": "bold", "__a__": "underline", "~~a~~": "strike", "||a||": "spoiler", "*a*": "italics", "_a_": "italics",
		"a_b_c": "italics", `\\*a*`: "italics",
		`\*a\*`: "", `\# a`: "", `1\. a`: "", "a - b": "", "a # b": "", "3 > 2": "", "10:30": "", "@ever": "", "https:// a": "", "a|b": "", "1.5": "", "#a": "",
	} {
		_, found := newReader().read(in)
		got := ""
		if len(found) > 0 {
			got = found[0].kind
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}

// nastyTexts are what somebody writes who wants to be noticed.
func nastyTexts() []string {
	return []string{
		"@everyone", "@here now", "a@everyone", "@@everyone", "<@123456789012345678>", "<@!1>", "<@&1>", "<#1>", "<t:1:R>", "</policy list:1>", "<id:customize>",
		"<:wave:1>", "<a:wave:1>", ":tada:", "::tada::", ":tada::skin-tone-2:", "a:b:c:d:",
		"https://bad.example", "HTTPS://bad.example", "see http://a.example/b_c_d?e=*f*", "<https://bad.example>", "steam://run", "discord://x", "a://b", "://b", "https:////x",
		"[good.example](https://bad.example)", "[a](<https://b.example>)", "[a][b]", "![a](b)", "<mail@bad.example>", "<+3212345678>", "<tel:+32>", "<a:/b>",
		"# big", "## big", "### big", "-# small", "- item", "* item", "+ item", "1. item", "12) item", "> quote", ">>> quote", " - item", "  # big",
		"```code```", "`code`", "``code``", "`", "\\`code`", "`\\`", "**bold**", "*it*", "__under__", "_it_", "***both***", "~~gone~~", "||spoiler||", "a_b_c", "**", "****", "*a **b",
		"\\", "\\\\", "\\*a*", "\\\\*a*", "\\<@1>", "a\\", "\\@everyone", "\\https://bad.example", "https\\://bad.example",
		"¯\\_(ツ)_/¯", ":/\\/", "新https://bad.example新", "ｈttps://x.example", "*新*", "1.", "-", "#", ">", "10:30:45", "3:1, 2:0", "C# and F#", "a - b", "x|y|z", "5 * 3 * 2", "[sic]",
	}
}

// inertly fails where escaped text would be anything but the text.
func inertly(t sample.Failer, r reader, plain, raw string) {
	t.Helper()
	shown, found := r.read(raw)
	if len(found) > 0 {
		t.Errorf("%q has %v", raw, found)
	}
	if got := strings.ReplaceAll(shown, unseen, ""); got != plain {
		t.Errorf("%q is shown as %q, want %q", raw, got, plain)
	}
	for _, s := range []string{raw, unescaped.ReplaceAllString(raw, "$1")} { // whoever looks, and when
		if low := strings.ToLower(s); strings.Contains(low, "://") || strings.Contains(low, "@everyone") || strings.Contains(low, "@here") {
			t.Errorf("%q can be found by who looks for addresses or mentions", s)
		}
	}
}

func TestEscape(t *testing.T) {
	r := newReader()
	for _, s := range nastyTexts() {
		plain := legible.Line(s)
		inertly(t, r, plain, escape(plain))
		inertly(t, r, "a "+plain, escape("a "+plain))
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := legible.Line(strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nastyTexts()), rapid.SampledFrom(marks()), rapid.StringN(0, 4, -1)), 0, 6).Draw(t, "pieces"), ""))
		inertly(t, r, plain, escape(plain))
	})
}

// marks are single signs, of which chance makes what nobody thought of.
func marks() []string {
	return []string{"*", "_", "~", "|", "`", "\\", "[", "]", "(", ")", "<", ">", "#", "-", "+", ".", "1", ":", "/", "@", "!", "&", " ", "a", "t", "here", "everyone", "https", "字"}
}

func FuzzEscape(f *testing.F) {
	for _, s := range nastyTexts() {
		f.Add(s)
	}
	r := newReader()
	f.Fuzz(func(t *testing.T, s string) {
		s = legible.Line(s[:min(len(s), 500)])
		inertly(t, r, s, escape(s))
	})
}

// TestStyled puts in bold what is to be, and nothing else.
func TestStyled(t *testing.T) {
	r := newReader()
	rapid.Check(t, func(t *rapid.T) {
		var s styled
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			s.add(strings.Join(rapid.SliceOfN(rapid.SampledFrom(append(marks(), nastyTexts()...)), 0, 3).Draw(t, "text"), ""), rapid.Bool().Draw(t, "bold"))
		}
		most := rapid.IntRange(10, 80).Draw(t, "most")
		raw := s.upTo(most)
		if legible.Length(raw) > most {
			t.Fatalf("%q has %d units of %d", raw, legible.Length(raw), most)
		}
		shown, found := r.read(raw)
		whole := strings.ReplaceAll(shown, unseen, "")
		if before, isCut := strings.CutSuffix(whole, "…"); whole != s.text && (!isCut || !strings.HasPrefix(s.text, before)) {
			t.Errorf("%q is shown of %q", whole, s.text)
		}
		for i, e := range found {
			if e.kind != "bold" {
				t.Errorf("%q has %v", raw, e)
				continue
			}
			if want := s.text[s.bold[i].from:s.bold[i].to]; !strings.HasPrefix(want, strings.ReplaceAll(e.text, unseen, "")) {
				t.Errorf("%q is in bold, want %q", e.text, want)
			}
		}
	})
}

// TestStyledExamples shows what that looks like.
func TestStyledExamples(t *testing.T) {
	add := func(pieces ...string) *styled {
		var s styled
		for _, p := range pieces {
			bold, isBold := strings.CutPrefix(p, "!")
			s.add(bold, isBold)
		}
		return &s
	}
	for _, c := range []struct {
		s    *styled
		most int
		want string
	}{
		{add("the ", "!steel quota", " is cut"), 50, "the **steel quota** is cut"},
		{add("the", "! steel quota ", "is cut"), 50, "the **steel quota** is cut"},
		{add("!steel", "!quota"), 50, "**steelquota**"},
		{add("!steel", "! quota"), 50, "**steel** **quota**"},
		{add("!*steel*", " a_b"), 50, `**\*steel\*** a\_b`},
		{add("one two ", "!three four"), 18, "one two **three**…"},
		{add("one two ", "!three four"), 16, "one two…"},
		{add("a ", "! "), 50, "a"},
		{add(), 50, ""},
	} {
		if got := c.s.upTo(c.most); got != c.want {
			t.Errorf("%+v: %q, want %q", c.s, got, c.want)
		}
	}
}

// kinds gives the elements of Markdown, without those that are allowed.
func kinds(found []element, allowed ...string) []element {
	return slices.DeleteFunc(slices.Clone(found), func(e element) bool { return slices.Contains(allowed, e.kind) })
}
