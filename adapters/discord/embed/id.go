package embed

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// What a button, a menu or a modal asks for: the [ID.Action] of its custom_id.
const (
	ActionDo     = "do"     // carry out Words where the message is; the message gets a note
	ActionUndo   = "undo"   // carry out Words, a chat.Undo as JSON, and take the note of that Number away
	ActionManage = "manage" // show the alerts of the place
	ActionList   = "list"   // show Page of the list of Place
	ActionPick   = "pick"   // a menu: show what its value names, see ParsePick
	ActionAt     = "at"     // carry out Words at Place; Words may be a chat.Undo as JSON
	ActionEdit   = "edit"   // open the form for Number at Place; 0 to subscribe
	ActionAgain  = "again"  // open it again with the text of the message, see Retry
	ActionChoose = "choose" // a menu whose values are custom_ids
	ActionForm   = "form"   // a modal, see ReadForm
)

// The places of an ID that are no channel.
const (
	PlaceDirect = "u"    // the person's own direct message
	PlaceMine   = "mine" // all that the person follows
)

// ID is what a custom_id says. What comes back from Discord may be forged:
// nothing in it gives a right.
type ID struct {
	Action string
	Place  string // a channel's id, PlaceDirect or PlaceMine
	Page   int    // from 0
	Number int    // of a subscription, or of a note
	Words  string // a command as words, or a chat.Undo as JSON
	Key    string // the fingerprint of a delivery
}

// String gives the custom_id, which may be longer than Discord takes.
func (id ID) String() string {
	switch id.Action {
	case ActionChoose:
		return id.Action
	case ActionDo:
		return id.Action + ":" + id.Words
	case ActionUndo:
		return id.Action + ":" + numeral(id.Number) + id.Words
	case ActionManage:
		if id.Key == "" {
			return id.Action + ":"
		}
		return id.Action + ":#" + id.Key
	case ActionList, ActionPick:
		return id.Action + ":" + id.Place + " " + strconv.Itoa(id.Page)
	case ActionEdit, ActionAgain, ActionForm:
		return id.Action + ":" + id.Place + " " + strconv.Itoa(id.Number)
	case ActionAt:
		return id.Action + ":" + id.Place + " " + id.Words
	}
	return ""
}

// numeral leaves 0 out.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// ParseID reads what [ID.String] wrote, and nothing else.
func ParseID(s string) (ID, bool) {
	if legible.Length(s) > maxCustomID || !utf8.ValidString(s) {
		return ID{}, false
	}
	if s == ActionChoose {
		return ID{Action: ActionChoose}, true
	}
	action, rest, ok := strings.Cut(s, ":")
	if !ok {
		return ID{}, false
	}
	id := ID{Action: action}
	switch action {
	case ActionDo:
		id.Words, ok = rest, rest != ""
	case ActionUndo:
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		id.Words = rest[digits:]
		if ok = strings.HasPrefix(id.Words, "{"); ok && digits > 0 {
			id.Number, ok = number(rest[:digits])
		}
	case ActionManage:
		id.Key = strings.TrimPrefix(rest, "#")
		ok = rest == "" || len(id.Key) < len(rest) && isKey(id.Key)
	default:
		id, ok = placed(action, rest)
	}
	if !ok || id.String() != s { // "01", "+1" and the like
		return ID{}, false
	}
	return id, true
}

// placed reads an ID that names a place.
func placed(action, rest string) (ID, bool) {
	place, words, ok := strings.Cut(rest, " ")
	id := ID{Action: action, Place: place}
	if !ok || !isPlace(place) {
		return ID{}, false
	}
	switch action {
	case ActionList, ActionPick:
		id.Page, ok = number(words)
	case ActionEdit, ActionAgain, ActionForm:
		id.Number, ok = number(words)
		ok = ok && place != PlaceMine
	case ActionAt:
		id.Words = words
		ok = words != "" && place != PlaceMine
	default:
		ok = false
	}
	return id, ok
}

// Command is what Words say.
func (id ID) Command() (chat.Command, bool) {
	if !strings.HasPrefix(id.Words, "{") {
		verb, args, _ := strings.Cut(id.Words, " ")
		return chat.Command{Verb: verb, Args: args}, verb != ""
	}
	var u chat.Undo
	if json.Unmarshal([]byte(id.Words), &u) != nil {
		return chat.Command{}, false
	}
	return u.Command(), u.Verb != ""
}

// pickValue is the value of a menu of [ActionPick].
func pickValue(list string, s alerts.Subscription) string {
	if list == PlaceMine {
		return placeOf(s.Destination) + " " + strconv.Itoa(s.Number)
	}
	return strconv.Itoa(s.Number)
}

// ParsePick reads the value that was chosen of a menu of [ActionPick]: the place
// is the list's own where the value names none.
func ParsePick(id ID, value string) (place string, n int, ok bool) {
	if id.Action != ActionPick {
		return "", 0, false
	}
	place, digits := id.Place, value
	if id.Place == PlaceMine {
		if place, digits, ok = strings.Cut(value, " "); !ok || !isPlace(place) || place == PlaceMine {
			return "", 0, false
		}
	}
	n, ok = number(digits)
	return place, n, ok && n > 0
}

// placeOf names a destination in an ID.
func placeOf(d alerts.Destination) string {
	if d.IsDirect() || !isSnowflake(d.Channel) {
		return PlaceDirect
	}
	return d.Channel
}

func isPlace(s string) bool { return s == PlaceDirect || s == PlaceMine || isSnowflake(s) }

// isSnowflake reports whether s has the form of Discord's ids, so that it can
// stand in a mention.
// Source: https://discord.com/developers/docs/reference#snowflakes
func isSnowflake(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// isKey reports whether s may be a fingerprint.
func isKey(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// number reads a number from 0 of at most ten digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 10 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// undoWords is an undo in an ID; "" for none.
func undoWords(u *chat.Undo) string {
	if u == nil {
		return ""
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // room is scarce
	if e.Encode(u) != nil {
		return ""
	}
	return strings.TrimSpace(out.String())
}
