package bot

import (
	"slices"
	"strings"
	"unicode"

	"github.com/bellwether/bellwether/bot/chat"
)

// understand finds the command in what was said, and fills in q. The reply is
// set when there is nothing to do but to say so.
func understand(q *request) *chat.Reply {
	word, args := q.Verb, q.Args
	if word == "" {
		word, args = firstWord(q.Text)
		if w := strings.ToLower(word); w == "/policy" || w == "policy" {
			word, args = firstWord(args)
		}
		if next, rest := firstWord(args); strings.EqualFold(word, "public") && verbNamed(strings.ToLower(next)) != nil {
			q.public = true
			word, args = next, rest
		}
	}
	if word == "" {
		word = "help"
	}
	whole := joined(word, args)
	name := strings.ToLower(strings.Trim(word, "/:"))
	q.verb = verbNamed(name)
	if q.verb == nil {
		r := unknown(name, whole, strings.TrimSpace(args))
		r.Unknown = true
		return &r
	}
	q.args = strings.TrimSpace(args)
	if own, ok := cutMe(q.args); ok && q.verb.local {
		q.args = own
		q.mine = q.place != q.Person.Direct()
		q.place = q.Person.Direct()
	}
	if q.verb.personal {
		q.mine = q.place != q.Person.Direct()
		q.place = q.Person.Direct()
	}
	if q.verb.alone && q.args != "" {
		r := unknown("", whole, "")
		r.Problem.Text = code(q.verb.word) + " takes no words after it."
		r.Hints = append([]string{code(q.verb.word)}, r.Hints...)
		return &r
	}
	return nil
}

// firstWord splits behind the first word.
func firstWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

// cutMe takes off the "me:" that stands before what is for the person alone.
func cutMe(s string) (rest string, ok bool) {
	if len(s) >= 3 && strings.EqualFold(s[:3], "me:") {
		return strings.TrimSpace(s[3:]), true
	}
	return s, false
}

func verbNamed(name string) *verb {
	for i := range verbs {
		if v := &verbs[i]; v.word == name || slices.Contains(v.other, name) {
			return v
		}
	}
	return nil
}

// unknown is the reply to a line that is no command. It may well be a keyword.
func unknown(name, whole, args string) chat.Reply {
	r := problem(code(name) + " is not a command.")
	if v := nearest(name); v != nil {
		r.Hints = append(r.Hints, "did you mean "+code(joined(v.word, args))+"?")
	}
	if len([]rune(whole)) <= 200 {
		r.Hints = append(r.Hints, "to follow it say "+code("subscribe "+whole))
	} else {
		r.Hints = append(r.Hints, "to follow a keyword say `subscribe KEYWORD`")
	}
	r.Hints = append(r.Hints, "`help` shows what can be said")
	return r
}

// nearest is the command that name was probably meant to be, or nil.
func nearest(name string) *verb {
	letters := len([]rune(name))
	if letters < 3 {
		return nil
	}
	most := 1
	if letters > 4 {
		most = 2
	}
	var best *verb
	for i := range verbs {
		if d := distance(name, verbs[i].word); d <= most {
			best, most = &verbs[i], d-1
		}
	}
	return best
}

// distance is the number of letters to add, leave out, change or swap with
// their neighbour to get from a to b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
