package summary

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

func TestIsBoilerplate(t *testing.T) {
	for _, s := range []string{
		"SOURCE CGTN", "SOURCE: Acme Ltd", "Source: Ministry of Trade", "来源：新华社",
		"PRNewswire March 20, 2024", "/PRNewswire/", "Civicwire February 16, 2026", "--(BUSINESS WIRE)--", "(GLOBE NEWSWIRE)",
		"https://news.cgtn.com/a/p.html", "Visit www.example.org for the report.", "Write to press@example.org.", "(Photo: https://example.org/a.jpg)", "Logo (https://example.org/a.jpg) at www.example.org", "See HTTP://EXAMPLE.ORG/a for more.",
		"By Ann Lee and Bo Li", "BY ANN LEE", "Por Ana Ruiz, Lima",
		"Click here to read the letter.", "Read more: What the tax means", "READ MORE", "* Read also: Steel", "Related: Steel",
		"Photo: Acme", "(Photo by Ann Lee)", "[Photo/Xinhua]", "FILE PHOTO: A crane stands in the harbour.", "Image credit: Acme",
		"(Reuters photo: Ann Lee)", "Media playback is unsupported on your device", "Image copyright Reuters Image caption The harbour.", "Updated at 8:44 a.m. on Monday.",
		"Media contact: Ann Lee", "Contact: Ann Lee, 555 0100", "Tel: +1 555 0100", "For more information, call the office.",
		"This is a rush transcript.", "Copy may not be in its final form.", "This story is part of a series on harbours.", "| AP Photos Council raises tariffs", "SUBJECTS: Tariffs; harbours.", "E&OE TRANSCRIPT",
		"© 2026 Acme", "Copyright 2026 Acme. All rights reserved.", "COPYRIGHT", "(C) 2026 Acme Ltd",
		"###", "# # #", "-30-", "- ENDS -", "ENDS", "***", "（完）",
		"Sign up for our newsletter.", "Subscribe to our channel.", "Follow us on Twitter.", "Share this article", "Get the latest news in your inbox.",
		"(Reporting by Ann Lee; Editing by Bo Li)", "Ann Lee contributed to this report.", "Advertisement", "FOR IMMEDIATE RELEASE", "Story highlights", "REUTER",
		"Lire aussi : l’eau", "Lesen Sie auch: Wasser", "Lea también: agua", "Читайте также: вода", "اقرأ أيضا: الماء",
		"责任编辑：林雅琴", "版权所有，未经授权不得转载。", "写真：山田", "未经许可，不得转载。", "관련기사 보기", "기사제보 이메일",
		"•", " ", "",
	} {
		if !isBoilerplate(s) {
			t.Errorf("%q passes", s)
		}
	}
	for _, s := range []string{
		"Photo ID laws passed in three states.", "Copyright reform divides the parliament.", "Subscribers to the scheme pay less.",
		"The source of the river is dry.", "Sources close to the minister said so.", "By Monday the council had met.", "Contact tracing will end in May.",
		"Advertisement rules are tightened.", "About half of the counties agreed.", "Ministers urged families to sign up for the scheme.",
		"Press releases are no news.", "Share prices fell.", "Tweets by officials are records, the court ruled.", "Watchdogs sounded the alarm.",
		"The ratio is 3:1.", "At 10:30 the vote began.", "Newsletters are taxed from May.", "The report was published by the ministry.",
		"Related bills are pending.", "Reuters reported the figures first.", "来源不明的资金被冻结。", "广告法修订草案公布。", "未经许可排放污水的企业将被罚款。", "Published on Monday, the report warns of floods.", "Ending the strike took days.",
		"Acme Ltd ( https://acme.example/ ) (ACM), a maker of cranes, opens a harbour [www.example.org/a].", "Subjects of the king protested.", "This is a rush to judgment.",
		"(c) 20 counties must report.", "5 - 3 = 2", "Endangered wires were cut.",
	} {
		if isBoilerplate(s) {
			t.Errorf("%q is taken for boilerplate", s)
		}
	}
}

func TestOpenings(t *testing.T) {
	for p := range openings {
		if len(p) > maxOpening || p != strings.ToLower(p) || !isBoilerplate("* "+strings.ToUpper(p)+" 1") {
			t.Errorf("%q is not found, or longer than %d bytes", p, maxOpening)
		}
	}
}

func TestTailEndsTheStory(t *testing.T) {
	for _, heading := range []string{"About Acme", "About the Harbour Institute", "Notes to editors", "Forward-Looking Statements", "Media Contacts:", "###", "Related articles", "À propos de Acme", "关于我们"} {
		a := alerts.Article{Body: "The council raised the tariffs.\n\n" + heading + "\n\nThis is the award-winning home of tariffs."}
		if got := Summarize(a, nil, 3).Sentences; len(got) != 1 {
			t.Errorf("%s: the summary goes on: %q", heading, got)
		}
	}
	for _, heading := range []string{"About half of them", "What happened", "Contact tracing"} {
		a := alerts.Article{Body: "The council raised the tariffs.\n\n" + heading + "\n\nThis was the second time within a year."}
		if got := Summarize(a, nil, 3).Sentences; len(got) != 2 {
			t.Errorf("%s: the summary ends: %q", heading, got)
		}
	}
}

func TestTheTitleIsNotRepeated(t *testing.T) {
	for _, body := range []string{
		"COUNCIL RAISES TARIFFS ON STEEL.\n\nCouncil raises tariffs on steel\n\nThe council met on Monday morning.",
		"Council raises tariffs on steel. The council met on Monday morning.",
	} {
		got := Summarize(alerts.Article{Title: "Council raises  tariffs on steel", Body: body}, nil, 3).Sentences
		if len(got) != 1 || got[0] != "The council met on Monday morning." {
			t.Errorf("of %q: %q", body, got)
		}
	}
}

// TestSeedWire reads the story that the issue names, as its body stands below
// the distributor's line.
func TestSeedWire(t *testing.T) {
	data, err := os.ReadFile(shared(t, "seed-wire.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "\n")
	title, body, _ := strings.Cut(rest, "\n")
	a := alerts.Article{Title: title, Body: body, Language: "en"}
	for _, hit := range []string{"", "new quality productive forces", "lithium", "opening up", "CGTN"} {
		for n := range 12 {
			spans := spansOf(a.Body, hit)
			r := faithful(t, a, spans, n)
			if len(r.Sentences) == 0 {
				t.Fatalf("%d sentences asked for: none", n)
			}
			got := strings.Join(r.Sentences, "\n")
			for _, bad := range []string{"BEIJING", "March 20", "PRNewswire", "SOURCE", "CGTN", "http", "High-standard opening up\n", "forces tailored to local conditions\n"} {
				if strings.Contains(got+"\n", bad) {
					t.Errorf("%q in the summary:\n%s", bad, got)
				}
			}
			if hit == "lithium" && !strings.Contains(got, hit) {
				t.Errorf("no sentence with %s in\n%s", hit, got)
			}
		}
	}
}

// TestCorporaAreSummarizedFaithfully goes through every 80th article of some
// collections.
func TestCorporaAreSummarizedFaithfully(t *testing.T) {
	for _, name := range []string{"english/allsides", "english/senate", "english/reuters21578", "english/aph_covid", "english/fedreg", "multilang/de_10kgnad", "multilang/ko_fnnews", "multilang/ar_news"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(shared(t, "corpus", name+".jsonl.gz"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			in := bufio.NewScanner(z)
			in.Buffer(nil, 64<<20)
			texts, empty := 0, 0
			for n := 0; in.Scan() && n < 6000; n++ {
				var a struct{ Title, Body, Lang string }
				if n%80 != 0 {
					continue
				}
				if err := json.Unmarshal(in.Bytes(), &a); err != nil {
					t.Fatal(err)
				}
				r := faithful(t, alerts.Article{Title: a.Title, Body: a.Body, Language: a.Lang}, nil, 0)
				if texts++; len(r.Sentences) == 0 && len(strings.Fields(a.Body)) > 30 {
					empty++
				}
			}
			t.Logf("%d texts, %d without a summary", texts, empty)
			if empty*50 > texts {
				t.Errorf("%d of %d texts have no summary", empty, texts)
			}
		})
	}
}
