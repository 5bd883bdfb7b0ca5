package bot

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestZoneNamed(t *testing.T) {
	tests := []struct {
		in, zone string
		near     []string
	}{
		{"Europe/Brussels", "Europe/Brussels", nil},
		{"europe/brussels", "Europe/Brussels", nil},
		{"brussels", "Europe/Brussels", nil},
		{"new york", "America/New_York", nil},
		{"America/new york", "America/New_York", nil},
		{"port-au-prince", "America/Port-au-Prince", nil},
		{"isle of man", "Europe/Isle_of_Man", nil},
		{"buenos aires", "America/Buenos_Aires", nil},
		{"utc", "UTC", nil},
		{"CET", "CET", nil},
		{"EST", "EST", []string{"America/New_York"}},
		{"pst", "", []string{"America/Los_Angeles"}},
		{"Europe/Brusels", "", []string{"Europe/Brussels"}},
		{"Brusells", "", []string{"Europe/Brussels"}},
		{"Europa/Berlin", "", []string{"Europe/Berlin"}},
		{"Beijing", "", []string{"Asia/Shanghai"}},
		{"Local", "", nil},
		{"", "", nil},
		{"../../etc/passwd", "", nil},
		{"qwertyuiop", "", nil},
	}
	for _, tt := range tests {
		zone, near := zoneNamed(tt.in)
		if zone != tt.zone || !slices.Equal(near, tt.near) {
			t.Errorf("zoneNamed(%q) = %q, %q, want %q, %q", tt.in, zone, near, tt.zone, tt.near)
		}
	}
}

func TestSuggestedZonesExist(t *testing.T) {
	var all []string
	for _, near := range zonesMeant {
		all = append(all, near...)
	}
	for _, zone := range append(all, zonesLike("Europe/Paris")...) {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Za-z/_ -]{0,20}`).Draw(t, "zone")
		zone, near := zoneNamed(s)
		if zone == "" {
			return
		}
		if again, _ := zoneNamed(zone); again != zone {
			t.Fatalf("zoneNamed(%q) = %q (%v), which gives %q", s, zone, near, again)
		}
	})
}

// naiveDistance is the definition of optimal string alignment.
func naiveDistance(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return max(len(a), len(b))
	}
	change := 1
	if a[len(a)-1] == b[len(b)-1] {
		change = 0
	}
	d := min(
		naiveDistance(a[:len(a)-1], b)+1,
		naiveDistance(a, b[:len(b)-1])+1,
		naiveDistance(a[:len(a)-1], b[:len(b)-1])+change,
	)
	if n, m := len(a), len(b); n > 1 && m > 1 && a[n-1] == b[m-2] && a[n-2] == b[m-1] {
		d = min(d, naiveDistance(a[:n-2], b[:m-2])+1)
	}
	return d
}

func TestDistance(t *testing.T) {
	word := rapid.StringMatching(`[abcé]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := distance(a, b), naiveDistance([]rune(a), []rune(b)); got != want {
			t.Fatalf("distance(%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}

func TestNearest(t *testing.T) {
	tests := map[string]string{
		"subscrib": "subscribe", "unsuscribe": "unsubscribe", "lsit": "list", "hlep": "help", "forgetme": "forget-me",
		"prevew": "preview", "tariff": "", "steel": "", "ls": "", "": "", "新质生产力": "", "trade": "",
	}
	for in, want := range tests {
		got := ""
		if v := nearest(in); v != nil {
			got = v.word
		}
		if got != want {
			t.Errorf("nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 2000: "2,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := number(in); got != want {
			t.Errorf("number(%d) = %q, want %q", in, got, want)
		}
	}
}

func TestNoWordStandsForTwoCommands(t *testing.T) {
	seen := map[string]string{}
	for _, v := range verbs {
		for _, w := range append([]string{v.word}, v.other...) {
			if other, ok := seen[w]; ok {
				t.Errorf("%s stands for %s and %s", w, other, v.word)
			}
			seen[w] = v.word
		}
	}
}

func TestRecordRoundTrip(t *testing.T) {
	q, err := query.Parse(`tariff AND "steel quota"`)
	if err != nil {
		t.Fatal(err)
	}
	sub := alerts.Subscription{
		ID: 9, Number: 3, Owner: bob, Destination: channel, Query: q,
		Schedule: alerts.Schedule{Cadence: alerts.Weekly, At: 1050, Day: time.Friday},
		Paused:   true, PausedUntil: tuesday, Mention: "81384788765712384",
	}
	set := alerts.Settings{Destination: channel, TimeZone: "Asia/Tokyo", Quiet: alerts.Quiet{From: 1320, To: 420}}
	r := NewRecord(sub, set)
	got, err := r.Subscription()
	if err != nil {
		t.Fatal(err)
	}
	sub.ID = 0
	if got.Query.String() != q.String() {
		t.Errorf("query %s", got.Query)
	}
	got.Query, sub.Query = query.Query{}, query.Query{}
	if diff := cmp.Diff(fields(sub), fields(got)); diff != "" {
		t.Error(diff)
	}
	back := alerts.Settings{Destination: channel}
	if err := r.Apply(&back); err != nil || !cmp.Equal(back, set) {
		t.Errorf("settings %+v, %v, want %+v", back, err, set)
	}
}

// fields leaves out the query, whose type can't be compared.
func fields(s alerts.Subscription) []any {
	return []any{s.ID, s.Number, s.Owner, s.Destination, s.Schedule, s.Paused, s.PausedUntil, s.Mention}
}

func TestRecordErrors(t *testing.T) {
	tests := []string{
		`{`, `{}`, `{"destination":"nowhere","query":"a word"}`, `{"destination":"slack/T1/c/C1","query":"(tariff"}`,
		`{"destination":"slack/T1/c/C1","query":"tariff","schedule":"monthly"}`,
		`{"destination":"slack/T1/c/C1","query":"tariff","owner":"me"}`,
	}
	for _, line := range tests {
		r, err := ParseRecord([]byte(line))
		if err == nil {
			_, err = r.Subscription()
		}
		if err == nil {
			t.Errorf("%s was read", line)
		}
	}
	for _, r := range []Record{{TimeZone: "Mars/Base"}, {Quiet: "night"}, {Schedule: "monthly"}} {
		if err := r.Apply(&alerts.Settings{}); err == nil {
			t.Errorf("%+v was applied", r)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"id":1,"number":1,"destination":"slack/T1/c/C1","query":"tariff","schedule":"instant","timezone":"","quiet":"off"}`))
	f.Add([]byte(`{"destination":"terminal/local/u/you","schedule":"daily 08:00","timezone":"Europe/Brussels","quiet":"22:00-07:00"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := ParseRecord(line)
		if err != nil {
			return
		}
		s, err := r.Subscription()
		if err != nil {
			return
		}
		again, err := NewRecord(s, alerts.Settings{Destination: s.Destination}).Subscription()
		if err != nil || again.Query.String() != s.Query.String() || again.Destination != s.Destination || again.Schedule != s.Schedule {
			t.Fatalf("%s gives %+v, then %+v, %v", line, s, again, err)
		}
	})
}

// TestIsCommand: adapters know the words of all verbs, and no others but public.
func TestIsCommand(t *testing.T) {
	for _, v := range verbs {
		if !chat.IsCommand(v.word) || !chat.IsCommand(v.word+" 3") || chat.IsCommand(v.word+"s") {
			t.Errorf("%s is not the command that adapters show", v.word)
		}
		for _, other := range v.other {
			if chat.IsCommand(other) {
				t.Errorf("%s is said for %s, but is not shown", other, v.word)
			}
		}
	}
	if !chat.IsCommand("public list") || chat.IsCommand("") || chat.IsCommand("tariff list") {
		t.Error("the words before and behind commands")
	}
}
