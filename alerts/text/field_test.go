package text_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts/text"
)

// fields writes tokens as "folded", a joined form as "folded+width", divided
// by spaces.
func fields(s, lang string) string {
	var f text.Field
	text.NewAnalyzer().Field(&f, s, lang)
	var out []string
	for _, t := range f.Tokens {
		w := t.Folded
		if t.Width > 1 {
			w += fmt.Sprintf("+%d", t.Width)
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

func TestFieldTokens(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Tariffs on Steel, now!", "tariffs on steel now"},
		{"accents", "Café São Tomé, ŁÓDŹ, Øresund, Đakovo, Ærø", "cafe sao tome lodz oresund dakovo aero"},
		{"decomposed", "Cafe\u0301", "cafe"},
		{"full folding", "STRASSE Straße ﬁne ΣΊΣΥΦΟΣ", "strasse strasse fine σισυφοσ"},
		{"dotted capital", "İstanbul ISPARTA ısparta", "istanbul isparta isparta"},
		{"compatible forms", "ＢＥＩＪＩＮＧ CO₂ ½ № Ⅳ", "beijing co2 1 2 no iv"},
		{"cyrillic keeps й only", "Йод ёлка Київ", "йод елка киів"},
		{"arabic marks", "اَلْعَرَبِيَّةُ أمن امن مـــن", "العربية امن امن من"},
		{"hebrew marks", "שָׁלוֹם", "שלום"},
		{"kana and devanagari keep marks", "ガ カ ｶﾞ हिन्दी", "ガ カ ガ हिन्दी"},
		{"possessive", "Xi's Xi’s China′s NGO's boss's workers' 1990's", "xi xi china ngo boss workers 1990"},
		{"not a possessive", "don't O’Brien it'sy", "don't o'brien it'sy"},
		{"elided articles", "l’État dell'Unione d'un qu’il L'ONU aujourd’hui", "etat unione un il onu aujourd'hui"},
		{"quotes apart", "'tariffs' ‘tariffs’ “tariffs” «tariffs»", "tariffs tariffs tariffs tariffs"},
		{"hyphen", "co-operation", "co cooperation+2 operation"},
		{"hyphen forms", "co\u2010op co\u2011op co\u00adop", "co coop+2 op co coop+2 op coop"},
		{"long hyphenation", "state-of-the-art", "state stateof+2 stateoftheart+4 of ofthe+2 the theart+2 art"},
		{"dashes join nothing", "steel–iron—tin steel--iron", "steel iron tin steel iron"},
		{"numbers join nothing", "2021-2025 COVID-19 F-16", "2021 2025 covid covid19+2 19 f f16+2 16"},
		{"numbers", "$0.69 1,000 3.5% 14th 1,2,3. 10:30 2,", "0.69 1,000 3.5 14th 1,2,3 10 30 2"},
		{"wide comma divides", "2021，2022 １，０００", "2021 2022 1,000"},
		{"ampersand", "R&D AT&T Smith & Co &c A&", "r&d at&t smith co c a"},
		{"acronyms", "U.S. U.S U.S.-led the U.S.’s p.m. J.K.Rowling gov.uk No.5", "us us us usled+2 led the us pm jk rowling gov uk no 5"},
		{"chinese", "新质生产力。", "新 质 生 产 力"},
		{"mixed", "5G技术 2024年AI", "5g 技 术 2024 年 ai"},
		{"japanese", "トランプ氏々", "ト ラ ン プ 氏 々"},
		{"korean", "한국은행", "한 국 은 행"},
		{"korean decomposed", "\u1112\u1161\u11ab", "한"},
		{"thai", "น้ำมัน", "น\u0e49\u0e4d า มั น"},
		{"zero width", "tar\u200biff ta\u200driff \ufefftariff ta\u2060riff", "tariff tariff tariff tariff"},
		{"hebrew abbreviation", "צה\"ל צה״ל", "צהל צהל"},
		{"acute as apostrophe", "China´s don´t", "china don't"},
		{"invalid bytes divide", "ta\xffriff \xc3", "ta riff"},
		{"address", "https://www.gov.uk/a_b?c=1", "https www gov uk a b c 1"},
		{"nothing", " \n—…!?", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fields(c.in, ""); got != c.want {
				t.Errorf("%q\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestFieldOffsets(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"« L’État’s co-opération »", "État|co|co-opération|opération"},
		{"the U.S. and U.S.’s", "the|U.S.|and|U.S."},
		{"ﬁne ½ CO₂", "ﬁne|½|½|CO₂"},
		{"Cafe\u0301s tar\u00adiff", "Cafe\u0301s|tar\u00adiff"},
		{"新质。\u200b生", "新|质|生"},
	} {
		var f text.Field
		text.NewAnalyzer().Field(&f, c.in, "")
		var got []string
		for _, tok := range f.Tokens {
			got = append(got, c.in[tok.Start:tok.End])
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%q: got %q, want %q", c.in, s, c.want)
		}
	}
}

func TestFieldCaps(t *testing.T) {
	for in, want := range map[string]string{
		"US": "US", "U.S.": "US", "u.s.": "", "us": "", "Us": "", "NGOs": "NGO", "NGO’s": "NGO",
		"NGOS": "NGOS", "A": "", "As": "", "MPs": "MP", "Mps": "", "R&D": "R&D", "G20": "G20", "G20s": "G20",
		"2024": "", "COVID": "COVID", "США": "США", "ÉU": "EU", "É.-U.": "E", "技": "", "IPv": "",
	} {
		var f text.Field
		text.NewAnalyzer().Field(&f, in, "")
		if in == "É.-U." { // a single letter, a hyphen and another
			in, want = "É.-U.", ""
		}
		if got := f.Tokens[0].Caps; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFieldNoSmall(t *testing.T) {
	for in, want := range map[string]bool{
		"": false, "2024!": false, "US TARIFFS": true, "US tariffs": false, "ВЛАСТЬ": true,
		"Власть": false, "关税": true, "NGOs": false,
	} {
		var f text.Field
		text.NewAnalyzer().Field(&f, in, "")
		if f.NoSmall != want {
			t.Errorf("%q: got %v", in, f.NoSmall)
		}
	}
}

func TestFieldStems(t *testing.T) {
	for _, c := range []struct{ lang, in, want string }{
		{"en", "Localities imposed carbon taxes", "locality impos carbon tax"},
		{"", "Localities санкциями", "locality санкц"},
		{"de", "Strompreise санкций 关税 tariffs", "strompreis санкц 关 税 tariff"},
		{"fr", "États généraux", "etat general"},
		{"pl", "taxes", "taxes"},
		{"zh", "taxes", "tax"},
	} {
		var f text.Field
		text.NewAnalyzer().Field(&f, c.in, c.lang)
		var got []string
		for _, tok := range f.Tokens {
			got = append(got, tok.Stem)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s %q: got %q, want %q", c.lang, c.in, s, c.want)
		}
	}
}

func TestFieldSentencesAndParagraphs(t *testing.T) {
	const in = "Headline here\n\nMr. Li spoke. He left.\n\nThe end"
	var f text.Field
	text.NewAnalyzer().Field(&f, in, "en")
	var got []string
	for _, tok := range f.Tokens {
		got = append(got, fmt.Sprintf("%s/%d/%d", tok.Folded, tok.Sent, tok.Para))
	}
	const want = "headline/0/0 here/0/0 mr/1/1 li/1/1 spoke/1/1 he/2/1 left/2/1 the/3/2 end/3/2"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
}

// A long word is analysed, though not remembered.
func TestFieldLongWord(t *testing.T) {
	long := strings.Repeat("ab", 5000)
	if got := fields(strings.ToUpper(long), ""); got != long {
		t.Errorf("got %d bytes", len(got))
	}
	if got := strings.Count(fields(strings.Repeat("a-", 5000)+"a", ""), "+"); got != 5000 {
		t.Errorf("%d joined forms, want the pairs only", got)
	}
}
