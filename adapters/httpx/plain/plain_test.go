package plain

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"
)

func TestText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"no markup", "Tariffs rise & fall.", "Tariffs rise & fall."},
		{"paragraphs of plain text", "One.\r\n\r\n \r\nTwo,\nwrapped.", "One.\n\nTwo,\nwrapped."},
		{"entities", "caf&eacute; &#8211; AT&amp;T &#x4e2d;&nbsp;x", "café – AT&T 中 x"},
		{"paragraphs", "<p>One <b>bold</b>\nword.</p><p>Two.</p>", "One bold word.\n\nTwo."},
		{"nested blocks", "<div><div><p>One.</p></div></div>Two.", "One.\n\nTwo."},
		{"one br", "One,<br>two.<p>Three.", "One,\ntwo.\n\nThree."},
		{"two brs", "One.<br/><br />Two.</br>Three.", "One.\n\nTwo.Three."},
		{"list", "<h2>Heads</h2><ul><li>One</li><li>Two</ul>", "Heads\n\nOne\n\nTwo"},
		{"table", "<table><tr><th>Year</th><td>2024</td></tr><tr><td>a</td><td>b</td></tr></table>", "Year 2024\n\na b"},
		{"quote", "He said<blockquote>Yes.</blockquote>and left.", "He said\n\nYes.\n\nand left."},
		{"script and style", "a<script>if (x<y) alert('p')</script><style>p{}</style>b", "ab"},
		{"iframe closed at once", "<p>One.</p><iframe src=\"x\"/><p>Two.</p>", "One.\n\nTwo."},
		{"comments", "a<!-- no -->b<!DOCTYPE x>c", "abc"},
		{"cdata", "<p>a <![CDATA[b & c]]></p>", "a b & c"},
		{"not a tag", `if 3 < 5 and a<bc, <foo x="1"> & </bar>`, `if 3 < 5 and a<bc, <foo x="1"> & </bar>`},
		{"extension tags", "a<o:p>b</o:p><my-el>c</my-el>", "abc"},
		{"inline markup keeps blank lines", "One <b>two</b>\nthree.\n\nFour.", "One two three.\n\nFour."},
		{"pre", "<p>a\nb</p><pre>c\nd\n\ne</pre>", "a b\n\nc\nd\n\ne"},
		{"escaped twice", "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\n\nTwo."},
		{"escaped twice below markup", "<p>One.</p><p>Two &lt;b&gt;bold&lt;/b&gt;.</p>", "One.\n\nTwo bold."},
		{"escaped four times", "R&amp;amp;amp;D &amp;amp;amp;lt;i&amp;amp;amp;gt;now&amp;amp;amp;lt;/i&amp;amp;amp;gt;", "R&D now"},
		{"escaped harm", "a &lt;img src=x onerror=alert(1)&gt; b&lt;script&gt;alert(1)&lt;/script&gt;", "a b"},
		{"escaped more often than anyone does", strings.ReplaceAll("<b>x</b>", "<", "&"+strings.Repeat("amp;", 4)+"lt;"), "< b>x< /b>"},
		{"invisible", "co\u00ADop\u200Beration\u0000 \uFEFFx\u202Ey", "cooperation xy"},
		{"joiners stay", "می\u200Cخواهم", "می\u200Cخواهم"},
		{"svg", "a<svg><text>no</text></svg>b", "ab"},
		{"broken", "<p>One<p", "One"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.in); got != tt.want {
				t.Errorf("Text(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	const in = " <b>New</b>\n rules<br>for R&amp;D "
	if got, want := Line(in), "New rules for R&D"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClean(t *testing.T) {
	const in = "\r\n a  <b> \u00a0c\r\r\n\n\n\td\u0007\x00 e\n"
	if got, want := Clean(in), "a <b> c\n\nd e"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What no one declared is told by its pattern, where there is enough of it.
func TestUTF8Undeclared(t *testing.T) {
	texts := map[string]string{
		"koi8-r":       "Правительство утвердило новый порядок выдачи разрешений, сообщили в министерстве.",
		"windows-1251": "Правительство утвердило новый порядок выдачи разрешений, сообщили в министерстве.",
		"euc-kr":       "정부는 새로운 수입 규정을 발표했다고 산업부가 월요일에 밝혔다.",
		"shift_jis": "政府は月曜日に新しい輸入規則を発表したと、経済産業省が明らかにしました。この規則によって、" +
			"企業はすべての部品について、どこで作られたものかを届け出なければならなくなります。これまでは、" +
			"そのような届け出は必要ありませんでした。「とても大きな変化だと思います」と、ある会社の担当者は話しています。",
		"euc-jp": "政府は月曜日に新しい輸入規則を発表したと、経済産業省が明らかにしました。",
		"big5":   "政府週一宣布新的進口規定，經濟部表示將於下個月起實施，各界反應不一。",
	}
	for name, text := range texts {
		text = strings.Repeat(text+" ", 5)
		enc, _ := charset.Lookup(name)
		in := "<rss><title>" + encoded(t, enc.NewEncoder().String, text) + "</title></rss>"
		if got, want := UTF8([]byte(in), ""), "<rss><title>"+text+"</title></rss>"; got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestUTF8(t *testing.T) {
	const (
		french  = "L’État révise ses règles – déjà en août, « à Genève »."
		english = "“It’s open” — the café’s\u00A0sign"
		han     = "国务院：加快发展新质生产力（全文）。Beijing, 2024年3月20日"
	)
	latin := encoded(t, charmap.Windows1252.NewEncoder().String, french)
	western := encoded(t, simplifiedchinese.GB18030.NewEncoder().String, english)
	gb := encoded(t, simplifiedchinese.GB18030.NewEncoder().String, han)
	little := encoded(t, utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder().String, french)
	bare := encoded(t, utf.UTF16(utf.BigEndian, utf.IgnoreBOM).NewEncoder().String, "<p>"+han)
	tests := []struct{ name, in, declared, want string }{
		{"empty", "", "", ""},
		{"utf-8", french, "", french},
		{"utf-8 with a mark", "\uFEFF" + han, "iso-8859-1", han},
		{"windows-1252", latin, "", french},
		{"windows-1252, said to be utf-8", latin, "UTF-8", french},
		{"utf-8, said to be latin-1", french, "ISO-8859-1", french},
		{"gb18030", gb, "", han},
		{"gb18030 of western text", western, "", english},
		{"no-break spaces", "Logo\xa0\xa0\xa0\xa0one", "", "Logo\u00A0\u00A0\u00A0\u00A0one"},
		{"inverted marks before capitals", "\xa1\xc1nimo! \xa1\xc9l!", "", "¡Ánimo! ¡Él!"},
		{"gb18030, declared", gb, "gb2312", han},
		{"gb18030, said to be utf-8", gb, "utf-8", han},
		{"utf-16 with a mark", little, "", french},
		{"utf-16 without", bare, "utf-8", "<p>" + han},
		{"shift-jis, declared", "\x93\xfa\x96\x7b", "Shift_JIS", "日本"},
		{"unknown label", french, "klingon", french},
		{"said to be utf-16", french, "utf-16", french},
		{"a damaged place", strings.Repeat(han, 3) + "\xff!", "utf-8", strings.Repeat(han, 3) + "\uFFFD!"},
		{"one accent", "caf\xe9 society", "", "café society"},
		{"accents in a row", "gar\xe7on na\xefve \xe0 No\xebl", "", "garçon naïve à Noël"},
		{"russian koi8-r, declared", "\xf0\xd2\xc1\xd7\xc4\xc1", "koi8-r", "Правда"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := UTF8([]byte(tt.in), tt.declared); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func encoded(t *testing.T, enc func(string) (string, error), s string) string {
	t.Helper()
	out, err := enc(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func FuzzText(f *testing.F) {
	f.Add("<p>One<br>two</p><script>x</script>&lt;p&gt;")
	f.Add("<svg><iframe/>a < b &#0; \u202E")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Errorf("Text(%q) is no UTF-8: %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("Text(%q) = %q is not clean: %q", s, got, again)
		}
	})
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("caf\xe9"), "")
	f.Add([]byte("\xff\xfea\x00"), "gb2312")
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		if got := UTF8(data, declared); !utf8.ValidString(got) {
			t.Errorf("UTF8(%q, %q) = %q", data, declared, got)
		}
	})
}
