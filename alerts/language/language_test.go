package language_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts/language"
)

const (
	english = "The committee agreed on Tuesday that the tariff on imported steel should be raised to a quarter of its value next year."
	french  = "La commission a décidé mardi que les droits de douane sur l'acier importé devraient être relevés l'année prochaine."
	german  = "Der Ausschuss hat am Dienstag beschlossen, dass die Zölle auf eingeführten Stahl im nächsten Jahr erhöht werden sollen."
	russian = "Комитет решил во вторник, что пошлины на ввозимую сталь должны быть повышены в следующем году до четверти её стоимости."
	arabic  = "قررت اللجنة يوم الثلاثاء رفع الرسوم الجمركية على الصلب المستورد في العام المقبل إلى ربع قيمته كما قال رئيسها للصحفيين"
	chinese = "委员会星期二决定明年提高进口钢铁的关税，并就此发表声明。"
	nippon  = "委員会は火曜日、輸入鉄鋼の関税を来年引き上げることを決めた。"
	korean  = "위원회는 화요일에 수입 철강에 대한 관세를 내년에 인상하기로 결정했다."
)

func TestOf(t *testing.T) {
	for _, c := range []struct{ given, title, body, want string }{
		{"", english, "", "en"},
		{"", "Steel", french, "fr"},
		{"", "Stahl", german, "de"},
		{"", "", russian, "ru"},
		{"", "", arabic, "ar"},
		{"", chinese, "", "zh"},
		{"", "关税上调决定", "", "zh"},
		{"", nippon, "", "ja"},
		{"", korean, "", "ko"},
		{"", "Tariff on steel", "", ""}, // too short to be sure
		{"", "2024: 1,234.5", "", ""},
		{"", "", "", ""},
		// What is given stands,
		{"fr", "Tariff on steel", english, "fr"}, // a quotation may be all there is
		{"en-gb", english, "", "en-gb"},
		{"zh-hans", chinese, "", "zh-hans"},
		{"zh", "AI 2.0", "", "zh"},
		{"en", "习近平", "", "en"}, // a name
		{"sr", english, "", "sr"},
		{"xx", chinese, "", "xx"},
		{"ja", "日米首脳会談", "", "ja"},
		{"ko", korean + " OECD, IMF, NATO", "", "ko"},
		// but for a script that is another's.
		{"en", chinese, "", "zh"},
		{"en-us", "News", nippon, "ja"},
		{"zh", nippon, "", "ja"},
		{"ru", "", english, "en"},
		{"en", "", russian, "ru"},
		{"ar", "", english, "en"},
		{"de", korean, "", "ko"},
		{"en", "Новости дня в столице и области", "", ""}, // known to be wrong, and too short for more
	} {
		if got := language.Of(c.given, c.title, c.body); got != c.want {
			t.Errorf("Of(%q, %.20q, %.20q) = %q, want %q", c.given, c.title, c.body, got, c.want)
		}
	}
}

// However long a text is, no more of it is looked at.
func TestOfLooksAtTheBeginning(t *testing.T) {
	long := strings.Repeat(english+"\n", 20)
	if got, more := language.Of("", "", long), language.Of("", "", long+strings.Repeat(chinese, 100_000)); got != "en" || more != got {
		t.Errorf("%q, and %q with more behind it", got, more)
	}
}

func TestOfTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given, title, body := rapid.String().Draw(t, "given"), rapid.String().Draw(t, "title"), rapid.String().Draw(t, "body")
		if got := language.Of(given, title, body); got != given && (len(got) == 1 || got != strings.ToLower(got)) {
			t.Fatalf("Of gives %q", got)
		}
	})
}

// The corpora of news say in which language each article is.
func TestOfCorpora(t *testing.T) {
	shared := os.Getenv("BELLWETHER_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(shared, "corpus", "multilang", "*.jsonl.gz"))
	if len(files) == 0 {
		t.Skip("no corpora of other languages in BELLWETHER_SHARED")
	}
	files = append(files, filepath.Join(shared, "corpus", "english", "allsides.jsonl.gz"), filepath.Join(shared, "corpus", "english", "senate.jsonl.gz"))
	told, silent, wrong := 0, 0, map[string]int{}
	for _, f := range files {
		corpus(t, f, 300, func(title, body, lang string) {
			switch got := language.Of("", title, body); {
			case got == lang:
				told++
			case got == "":
				silent++
			case lang != "is": // the detector knows no Icelandic
				wrong[lang+" as "+got]++
			}
		})
	}
	bad := 0
	for _, n := range wrong {
		bad += n
	}
	t.Logf("right %d, not told %d, wrong %d: %v", told, silent, bad, wrong)
	if bad*200 > told || silent*8 > told {
		t.Error("of what is told more than one in 200 is wrong, or of all more than one in 8 is not told")
	}
}

func corpus(t *testing.T, file string, most int, yield func(title, body, lang string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 16<<20)
	for ; most > 0 && lines.Scan(); most-- {
		var a struct{ Title, Body, Lang string }
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a.Lang != "" {
			yield(a.Title, a.Body, a.Lang)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkOf(b *testing.B) {
	body := strings.Repeat(english+" ", 10)
	for _, given := range []string{"en", ""} {
		b.Run("given="+given, func(b *testing.B) {
			for b.Loop() {
				language.Of(given, "Tariff on steel", body)
			}
		})
	}
}
