package slack

import "testing"

func TestTyped(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"subscribe tariff":                      "subscribe tariff",
		" subscribe  tariff\n":                  "subscribe  tariff",
		"subscribe site:<http://gov.uk|gov.uk>": "subscribe site:gov.uk",
		"why <https://example.org/a?b=1&amp;c=2>":        "why https://example.org/a?b=1&c=2",
		"why <https://example.org/a|the report>":         "why https://example.org/a",
		"subscribe R&amp;D AND &lt;b&gt;":                "subscribe R&D AND <b>",
		"subscribe &amp;lt;":                             "subscribe &lt;",
		"subscribe <mailto:a@example.org|a@example.org>": "subscribe a@example.org",
		"subscribe <@U123|anna> <@U124>":                 "subscribe @anna @U124",
		"subscribe <#C1|trade>":                          "subscribe #trade",
		"subscribe <!channel> <!subteam^S1|@desk>":       "subscribe @channel @desk",
		"subscribe <!date^1^x|today>":                    "subscribe today",
		"`subscribe tariff`":                             "subscribe tariff",
		"`a` and `b`":                                    "`a` and `b`",
		"subscribe “carbon tax”":                         "subscribe “carbon tax”",
		"a < b > c":                                      "a  b  c", // Slack sends &lt; for a bare one
		"<>":                                             "",
		"<|x>":                                           "x",
	} {
		if got := typed(in); got != want {
			t.Errorf("typed(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWithoutMention(t *testing.T) {
	for in, want := range map[string]string{
		"<@U1> subscribe tariff":      "subscribe tariff",
		"<@U1|bell>: subscribe":       "subscribe",
		"hello <@U1> list":            "hello list",
		"<@U2> <@U1> list":            "<@U2> list",
		"list":                        "list",
		"<@U1":                        "<@U1",
		"<@U1> subscribe <@U1> again": "subscribe <@U1> again",
	} {
		if got := withoutMention(in, "U1"); got != want {
			t.Errorf("withoutMention(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("subscribe <http://gov.uk|gov.uk> <@U1> <!here> &amp; `x`")
	f.Fuzz(func(t *testing.T, s string) {
		typed(s)
		withoutMention(s, "U1")
	})
}
