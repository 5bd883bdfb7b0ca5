package summary

import "testing"

func TestDateline(t *testing.T) {
	for _, tt := range []struct{ line, rest string }{
		{"BEIJING, March 20, 2024 /PRNewswire/ — Chinese firms invest.", "Chinese firms invest."},
		{"BEIJING, March 20, 2024 /PRNewswire/ -- Chinese firms invest.", "Chinese firms invest."},
		{"NEW YORK & LONDON, Jan. 3, 2026 /PRNewswire-AsiaNet/ -- Acme grows.", "Acme grows."},
		{"WASHINGTON (AP) - Senators met.", "Senators met."},
		{"WASHINGTON (AP) — “We met,” they said.", "“We met,” they said."},
		{"LONDON, Jan 3 (Reuters) – Britain left.", "Britain left."},
		{"LONDON, Jan. 3 (Reuters) - 14 ministers left.", "14 ministers left."},
		{"NEW YORK--(BUSINESS WIRE)--Acme Inc. grows.", "Acme Inc. grows."},
		{"OSLO, Norway, March 20, 2026 (GLOBE NEWSWIRE) -- Acme grows.", "Acme grows."},
		{"WINSTON-SALEM, N.C. (AP) _ The mill closed.", "The mill closed."},
		{"WASHINGTON — The Senate met.", "The Senate met."},
		{"Washington, D.C. - Senator Lee met farmers.", "Senator Lee met farmers."},
		{"Geneva, 5 March 2026 – The council met.", "The council met."},
		{"MADRID, Spain — The council met.", "The council met."},
		{"March 20, 2026 – The council met.", "The council met."},
		{"(Reuters) - The council met.", "The council met."},
		{"(CNN) The council met.", "The council met."},
		{"Washington (CNN) A council met.", "A council met."},
		{"[한강일보] 정부가 계획을 발표했다.", "정부가 계획을 발표했다."},
		{"Rio de Janeiro – Der Rat tagte.", "Der Rat tagte."},
		{"Linden/Wald – Der Rat tagte.", "Der Rat tagte."},
		{"Reuters - The council met.", "The council met."},
		{"VALMER, 19 février 2026 — Le conseil a voté.", "Le conseil a voté."},
		{"Paris, 1er mars (AFP) – Le conseil a voté.", "Le conseil a voté."},
		{"Berlin (dpa) - Der Rat tagte.", "Der Rat tagte."},
		{"Madrid, 3 mar (EFE).- El consejo votó.", "El consejo votó."},
		{"МОСКВА, 20 марта. /ТАСС/. Совет собрался.", "Совет собрался."},
		{"МОСКВА, 3 мар — Совет собрался.", "Совет собрался."},
		{"القاهرة (رويترز) - اجتمع المجلس.", "اجتمع المجلس."},
		{"新华社北京3月20日电　各县发展产业。", "各县发展产业。"},
		{"新华社北京3月20日电（记者张三、李四）各县发展产业。", "各县发展产业。"},
		{"中新网长沙2024年3月20日电 (记者 张三)各县发展产业。", "各县发展产业。"},
		{"本报讯（记者张三）各县发展产业。", "各县发展产业。"},
		{"【東京＝山田太郎】政府は計画を発表した。", "政府は計画を発表した。"},
		{"［東京　３日　ロイター］ - 政府は計画を発表した。", "政府は計画を発表した。"},
		{"(서울=연합뉴스) 홍길동 기자 = 정부가 계획을 발표했다.", "정부가 계획을 발표했다."},
		// No datelines.
		{"The council — all twelve of them — met.", ""},
		{"Lee – Stone’s friend and Vale’s deputy – met the council.", ""},
		{"Lee's Plan – The council met.", ""},
		{"Open Arms – The council met.", ""},
		{"March – The council met.", ""},
		{"Four Words Make Titles – The council met.", ""},
		{"In Paris, France — The council met.", ""},
		{"NATO — The alliance met.", ""},
		{"Prices rose in March – The council met.", ""},
		{"Prices (in euros) - The council met.", ""},
		{"Mr. Lee (D-Mo.) - who voted against it - left.", ""},
		{"Senator Lee (NY) The council met.", ""},
		{"Mid-March - the council met.", ""},
		{"14 - The number of ministers.", ""},
		{"The WTO, IMF and OECD - Three bodies.", ""},
		{"国务院3月20日公布规划。", ""},
		{"（一）各县发展产业。", ""},
		{"—", ""},
		{"", ""},
		{"-", ""},
		{"A", ""},
	} {
		want := tt.rest
		if want == "" {
			want = tt.line
		}
		if got := tt.line[dateline(tt.line, true):]; got != want {
			t.Errorf("%s\n got %q\nwant %q", tt.line, got, want)
		}
	}
}

func TestWeakSignsOnlyInTheLead(t *testing.T) {
	for _, line := range []string{"Canberra, Australia – The council met.", "Canberra – The council met."} {
		if n := dateline(line, true); line[n:] != "The council met." {
			t.Errorf("in the lead: got %q", line[n:])
		}
		if n := dateline(line, false); n != 0 {
			t.Errorf("further on: got %q", line[n:])
		}
	}
}

func FuzzDateline(f *testing.F) {
	f.Add("BEIJING, March 20, 2024 /PRNewswire/ — Chinese", true)
	f.Add("(/) - A", false)
	f.Add("新华社3月20日电　（", true)
	f.Fuzz(func(t *testing.T, s string, lead bool) {
		if n := dateline(s, lead); n < 0 || n > len(s) {
			t.Errorf("dateline of %q ends at %d", s, n)
		}
	})
}
