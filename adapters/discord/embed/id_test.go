package embed

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestParseID(t *testing.T) {
	for s, want := range map[string]ID{
		"do:mute 3f9a":                {Action: ActionDo, Words: "mute 3f9a"},
		"do:pause 12 for 1d":          {Action: ActionDo, Words: "pause 12 for 1d"},
		`undo:{"v":"resume"}`:         {Action: ActionUndo, Words: `{"v":"resume"}`},
		`undo:12{"v":"resume"}`:       {Action: ActionUndo, Number: 12, Words: `{"v":"resume"}`},
		"manage:":                     {Action: ActionManage},
		"manage:#" + fingerprint:      {Action: ActionManage, Key: fingerprint},
		"list:123 4":                  {Action: ActionList, Place: "123", Page: 4},
		"list:mine 0":                 {Action: ActionList, Place: PlaceMine},
		"pick:u 2":                    {Action: ActionPick, Place: PlaceDirect, Page: 2},
		"at:123 pause 12":             {Action: ActionAt, Place: "123", Words: "pause 12"},
		`at:u {"v":"edit","a":"1 b"}`: {Action: ActionAt, Place: PlaceDirect, Words: `{"v":"edit","a":"1 b"}`},
		"edit:123 0":                  {Action: ActionEdit, Place: "123"},
		"again:u 7":                   {Action: ActionAgain, Place: PlaceDirect, Number: 7},
		"form:u 7":                    {Action: ActionForm, Place: PlaceDirect, Number: 7},
		"choose":                      {Action: ActionChoose},
	} {
		got, ok := ParseID(s)
		if !ok || got != want {
			t.Errorf("ParseID(%q) = %+v, %v", s, got, ok)
		}
		if back := want.String(); back != s {
			t.Errorf("%+v is written %q, want %q", want, back, s)
		}
	}
}

// refusedIDs are custom_ids that are not ours.
func refusedIDs() []string {
	return []string{
		"", "x", ":", "do", "do:", "choose:", "choose:x", "undo:", "undo:1", "undo:x{}", "undo:01{}", "undo:99999999999{}", "undo:-1{}",
		"manage", "manage:x", "manage:#", "manage:#X", "manage:#" + strings.Repeat("a", 65),
		"list:", "list:1", "list:1 ", "list:1 x", "list:1 -1", "list:1 01", "list:1 +1", "list:x 1", "list: 1", "list:1 99999999999", "list:123456789012345678901 1", "list:<@1> 1",
		"pick:", "at:1", "at:1 ", "at:mine pause 1", "at:x pause 1", "edit:mine 1", "edit:1", "again:mine 1", "form:mine 1", "form:u x",
		"do:" + strings.Repeat("x", 98), "do:\xff",
	}
}

func TestParseIDOfOthers(t *testing.T) {
	for _, s := range refusedIDs() {
		if id, ok := ParseID(s); ok || id != (ID{}) {
			t.Errorf("ParseID(%q) = %+v", s, id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range append(refusedIDs(), "do:mute 3f9a", `undo:2{"v":"edit","s":{"Cadence":1}}`, "list:123 4", "pick:mine 0", "choose", "at:u {}") {
		f.Add(s, "u 7")
	}
	f.Fuzz(func(t *testing.T, s, value string) {
		id, ok := ParseID(s)
		if !ok {
			return
		}
		if id.String() != s || len(s) > 400 || id.Page < 0 || id.Number < 0 {
			t.Errorf("%+v is read of %q", id, s)
		}
		id.Command()
		if place, n, ok := ParsePick(id, value); ok && (n <= 0 || place == "") {
			t.Errorf("%q, %d is picked of %q, %q", place, n, s, value)
		}
	})
}

func TestIDCommand(t *testing.T) {
	weekly := alerts.Schedule{Cadence: alerts.Weekly}
	for _, undo := range []chat.Undo{{Verb: "resume", Args: "1"}, {Verb: "edit", Args: "1 a <b> & c", Schedule: &weekly}, {Verb: "subscribe", Args: "税", Number: 3}} {
		id, ok := ParseID(ID{Action: ActionUndo, Number: 1, Words: undoWords(&undo)}.String())
		c, isCommand := id.Command()
		if !ok || !isCommand || c.Verb != undo.Verb || c.Args != undo.Args || c.Number != undo.Number || (c.Schedule == nil) != (undo.Schedule == nil) {
			t.Errorf("%+v of %+v", c, undo)
		}
	}
	if c, ok := (ID{Words: "pause 12 for 1d"}).Command(); !ok || c.Verb != "pause" || c.Args != "12 for 1d" {
		t.Errorf("words: %+v", c)
	}
	for _, words := range []string{"", "{", "{}", " pause", `{"v":1}`} {
		if c, ok := (ID{Words: words}).Command(); ok {
			t.Errorf("%q: %+v", words, c)
		}
	}
}

func TestParsePick(t *testing.T) {
	if _, _, ok := ParsePick(ID{Action: ActionDo, Words: "0"}, "1"); ok {
		t.Error("something is picked of what is no menu")
	}
	for _, c := range []struct {
		list, value, place string
		n                  int
	}{
		{"1", "7", "1", 7},
		{"u", "7", "u", 7},
		{"mine", "1 7", "1", 7},
		{"mine", "u 7", "u", 7},
		{"1", "0", "", 0},
		{"1", "1 7", "", 0},
		{"1", "x", "", 0},
		{"mine", "7", "", 0},
		{"mine", "mine 7", "", 0},
		{"mine", "x 7", "", 0},
		{"mine", "1 x", "", 0},
	} {
		place, n, ok := ParsePick(ID{Action: ActionPick, Place: c.list}, c.value)
		if ok != (c.n > 0) || ok && (place != c.place || n != c.n) {
			t.Errorf("%+v: %q, %d, %v", c, place, n, ok)
		}
	}
}

// TestAnyID reads every id that is written.
func TestAnyID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text().Draw(t, "s")
		if id, ok := ParseID(s); ok && id.String() != s {
			t.Errorf("%+v of %q", id, s)
		}
	})
}
