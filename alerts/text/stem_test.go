package text_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts/text"
)

// Each line holds the forms of one word; words of different lines differ.
const inflections = `
import imports imported importing
important
importance
author authors authored authoring
authority authorities
local
locality localities
sanction sanctions sanctioned sanctioning
tariff tariffs tariffed
policy policies
police policed policing
politics politic
tax taxes taxed taxing
price prices priced pricing
impose imposes imposed imposing
increase increases increased increasing
announce announces announced announcing
change changes changed changing
trade trades traded trading
trader traders
treat treats treated treating
treaty treaties
plan plans planned planning
plane planes
control controls controlled controlling
travel travels travelled traveled travelling
cancel cancels cancelled canceled
add adds added adding
ad ads
staff staffs staffed staffing
boycott boycotts boycotted boycotting
agree agrees agreed
agreement agreements
veto vetoes vetoed vetoing
embargo embargoes embargoed
hope hopes hoped hoping
hop hops hopped hopping
use uses used using
die dies died dying
lie lies lied lying
tie ties tied tying
cry cries cried crying
say says saying
pay pays paying
church churches
process processes processed processing
business businesses
virus viruses
focus focuses focused focusing
bias biases
bus buses
gas gases
crisis
news
new
nation nations
national nationals
nationalize nationalizes nationalized nationalizing
unit units
unite unites united uniting
university universities
universe universes
organ organs
organize organizes organized organizing
organization organizations
general generals
generate generates generated generating
community communities
commune communes
human humans
humane
moral morals
morale
proceed proceeds proceeded proceeding
exceed exceeds exceeded exceeding
even evens
evening evenings
programme programmes
refugee refugees
refuge refuges
quiz quizzes
14th
1990s
main mains
maine
aid aids aided
aide aides
menu menus
final finals
finale finales
harry
harris
levy levies levied levying
levi
july
julie
deny denies denied denying
denis
movie movies
sunny
sunnis
chang
range ranges ranged ranging
rang
man
manning
down downs downed
downing
hard
harding
clause clauses
claus
free frees freed freeing
`

func TestEnglish(t *testing.T) {
	lines := make(map[string]string)
	for line := range strings.Lines(strings.TrimSpace(inflections)) {
		forms := strings.Fields(line)
		stem := text.Stem(forms[0], "en")
		if other, ok := lines[stem]; ok {
			t.Errorf("%q and %q have the stem %q", forms[0], other, stem)
		}
		lines[stem] = forms[0]
		for _, f := range forms[1:] {
			if got := text.Stem(f, "en"); got != stem {
				t.Errorf("%q has the stem %q, %q has %q", f, got, forms[0], stem)
			}
		}
	}
}

// Words of Snowball's own description that the steps kept here settle.
func TestEnglishSnowball(t *testing.T) {
	for word, want := range map[string]string{
		"caresses": "caress", "ties": "tie", "cries": "cry", "gas": "gas", "this": "this",
		"gaps": "gap", "kiwis": "kiwi", "luxuriated": "luxuriat", "hopping": "hop", "hoped": "hope",
		"by": "by", "sky": "sky", "skies": "sky", "skis": "ski", "inning": "inning", "feed": "feed",
		"plastered": "plaster", "bled": "bled", "sing": "sing", "conflated": "conflat",
		"troubled": "troubl", "sized": "size", "falling": "fall", "hissing": "hiss", "filing": "file",
		"generously": "generously", "youth": "youth", "saying": "say", "a": "a", "": "",
	} {
		if got := text.Stem(word, "en"); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestStemLang(t *testing.T) {
	for _, c := range []struct{ lang, word, want string }{
		{"", "tariff", "en"},
		{"", "санкции", "ru"},
		{"", "عقوبات", "ar"},
		{"", "வரி", "ta"},
		{"", "关税", ""},
		{"", "2024", ""},
		{"", "14th", "en"},
		{"", "कर", ""},
		{"en-GB", "tariff", "en"},
		{"en-GB", "санкции", "ru"},
		{"de", "zoll", "de"},
		{"de-AT", "zoll", "de"},
		{"DE", "zoll", "de"},
		{"nb", "toll", "no"},
		{"nn-NO", "toll", "no"},
		{"pt-br", "tarifa", "pt"},
		{"pl", "cło", ""},
		{"uk", "санкції", ""},
		{"uk", "tariff", "en"},
		{"zh-hans", "tariff", "en"},
		{"sr", "tariff", "en"},
		{"sr-latn", "tariff", ""},
		{"fa", "تحریم", ""},
		{"und", "tariff", "en"},
		{"no such tag", "tariff", "en"},
		{"xx", "tariff", "en"},
	} {
		if got := text.StemLang(c.lang, c.word); got != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.word, c.lang, got, c.want)
		}
	}
}

// Forms of a word in each language have one stem, whether typed with their
// accents or not.
func TestOtherLanguages(t *testing.T) {
	for lang, forms := range map[string]string{
		"de": "zoll zölle zöllen", "fr": "état états etats", "es": "acción acciones accion",
		"ru": "учёный ученый учёных ученых", "it": "governo governi", "pt": "governo governos",
		"nl": "verkiezing verkiezingen", "sv": "tull tullar", "da": "regering regeringer",
		"no": "avtale avtaler", "fi": "talo talot talossa", "hu": "ház házak", "ro": "lege legi",
		"tr": "ankara ankara'nın", "ar": "المدرسة مدرسة مدرسات",
	} {
		words := strings.Fields(forms)
		want := text.Stem(text.Lower(words[0]), lang)
		for _, w := range words[1:] {
			if got := text.Stem(text.Lower(w), lang); got != want {
				t.Errorf("%s: %q gives %q, %q gives %q", lang, w, got, words[0], want)
			}
		}
	}
}

// Each line holds the forms of one word; words of different lines differ.
func TestArabic(t *testing.T) {
	lines := make(map[string]string)
	for line := range strings.Lines(`قانون القانون بالقانون للقانون والقانون الْقَانُون قانونها
وزير الوزير والوزير
زير
انتخابات الانتخابات انتخاب
لبنان
لبن
قوات القوات
صين الصين
إلكترونية الإلكترونية الكترونية الالكترونية
الله
له
التزام الالتزام
سيارة السيارة سيارات
`) {
		forms := strings.Fields(line)
		stem := text.Stem(text.Lower(forms[0]), "ar")
		if other, ok := lines[stem]; ok {
			t.Errorf("%q and %q have the stem %q", forms[0], other, stem)
		}
		lines[stem] = forms[0]
		for _, f := range forms[1:] {
			if got := text.Stem(text.Lower(f), ""); got != stem {
				t.Errorf("%q has the stem %q, %q has %q", f, got, forms[0], stem)
			}
		}
	}
}
