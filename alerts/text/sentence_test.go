package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts/text"
)

// A bar marks where a sentence ends.
func TestSentences(t *testing.T) {
	for _, in := range []string{
		"One. |Two! |Three? |Four",
		"Mr. Li and Mrs. Wu met Sen. Smith. |They left.",
		"The U.S. Senate voted. |It was close.",
		"He lives in the U.S. |The law is new.",
		"At 5 p.m. Monday it ended. |At 6 p.m. |The vote began.",
		"George H.W. Bush and J. K. Rowling met J. Smith. |So it was.",
		"Smith & Co. Ltd. of Leeds won. |It was acquired by Jones Inc. |The price is secret.",
		"On Jan. 5 and in Sept. 2024 it rose. |We sat. |John left.",
		"Under Pub. L. 111-203, 124 Stat. 1376 it pays. |Then the pub. |Next.",
		"See No. 5, Art. 3 and p. 7. |He said no. |Then he went.",
		"It fell 3.5 percent to 1,000.25. |In 2020. |Five people came.",
		"E.g. this one, i.e. That one vs. Another.",
		"“It is over.” |He left. |“Why?” he asked. |(It was late.) |Then night fell.",
		"It was, well ... different... |Then it ended… |So.",
		"Really?! |Yes!!! |No.",
		"Node.js and gov.uk are names. |So is 10.0.0.1.",
		"« C’est fini. » |Il part.",
		"Am 3. Mai und am 14. Juli war Ruhe. |Im Jahr 2020. |Das ist z.B. Wien, 5 Mio. Menschen. |Ja.",
		"1. First item here. |2. Second item.",
		"中国发布了。|“新政策。”|他说！|是吗？|对",
		"هل هذا صحيح؟ |نعم. |انتهى",
		"यह समाप्त है। |अब चलें।",
		"В 2024 г. Москва приняла закон, т.е. акт. |Он вступил в силу. |На 5 млн. Руб.",
		"A wrapped\nline ends. |Another\nbegins.",
		"\"Quoted.\" |\"Again.\" |End.",
		"Stop .|",
		"The fa\u00adcts are st\u200bandard. |Then M\u00adr. Li left.\u200f |\u200eThen so did we.",
	} {
		var want []string
		for part := range strings.SplitSeq(in, "|") {
			if part = strings.TrimSpace(part); part != "" {
				want = append(want, part)
			}
		}
		s := strings.ReplaceAll(in, "|", "")
		var got []string
		for _, sentence := range text.Sentences(s) {
			got = append(got, s[sentence.Start:sentence.End])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", s, diff)
		}
	}
}

func TestSentencesOfParagraphs(t *testing.T) {
	const s = "Cross-head\n\nOne. Two.\n\n\nThree"
	want := []text.Sentence{{0, 10, 0}, {12, 16, 1}, {17, 21, 1}, {24, 29, 2}}
	if diff := cmp.Diff(want, text.Sentences(s)); diff != "" {
		t.Error(diff)
	}
}

// A bar marks where a paragraph ends.
func TestParagraphs(t *testing.T) {
	for _, c := range []struct{ name, in string }{
		{"one", "A single paragraph."},
		{"blank lines divide", "\n\nFirst line\nwrapped. Same\n|\nCross-head\n \t\n|Second. \n\n\n|Third\n"},
		{"with blank lines, line ends do not", "One.\nTwo.\n|\nThree."},
		{"line ends", "The first one.\n|The second one.\r\n|“The third one.”\r|The last"},
		{"wrapped", "The minister said on Tuesday that the new rules for imported\nsteel would apply from January, in line with the plan that was\npublished in Brussels last year.\n|Exporters disagree, and said so in a letter to the European\nCommission that was seen by reporters."},
		{"wrapped before a capital", "The bill was brought in by Senator Edward Markey and seen by the\nSenate on Monday."},
		{"wrapped at an abbreviation", "The rules were brought in by the ministry, according to Mr.\nSmith of the National Institute for Economic Research, London."},
		{"cross-head in wrapped text", "The minister said on Tuesday that the new rules for imported\nsteel would apply from January.\n|New rules for steel\n|The European Commission published its plan last year, and the\nmember states agreed to it.\n"},
		{"cross-head in unwrapped text", "The minister said on Tuesday that the new rules for imported steel would apply from January, in line with the plan that was published.\n|New rules for steel\n|The European Commission published its plan last year, and the member states agreed to it."},
		{"first line cut", "House Budget Chairman\nWilliam Gray said on Tuesday that he would propose a freeze on\nall spending in the coming year."},
		{"open-ended line", "It was agreed.\n|The company said that its\nAmerican unit had been sold to the Anglo-Dutch group for a price\nof two billion."},
		{"chinese", "中国发布了新的政策。\n|新质生产力\n|国家发展和改革委员会有关负责人表示这一政策将推动高质量发展并促进\n经济增长。"},
		{"paragraph separator", "One\u2029|Two"},
		{"line separator", "the first\u2028of two lines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for part := range strings.SplitSeq(c.in, "|") {
				want = append(want, strings.TrimSpace(part))
			}
			s := strings.ReplaceAll(c.in, "|", "")
			var got []string
			for _, p := range text.Paragraphs(s) {
				got = append(got, s[p.Start:p.End])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for _, s := range []string{"", " ", "\n\n", "\u2029"} {
		if got := text.Paragraphs(s); len(got) != 0 {
			t.Errorf("%q has paragraphs %v", s, got)
		}
	}
}
