package embed

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/chat"
)

func goldenMessage(t *testing.T, name string, m Message) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		checkMessage(t, m)
		checkInert(t, newReader(), m, "bold", "code", "codeblock", "mention")
		p := payloadOf(m)
		if !strings.HasPrefix(name, "post") {
			p.Title = "" // no message but a post in a forum has one
		}
		sample.Golden(t, "testdata/golden", name, p)
	})
}

func TestGoldenDeliveries(t *testing.T) {
	for name, d := range samples(t) {
		m := Delivery(d, fingerprint)
		checkInert(t, newReader(), m, "bold")
		goldenMessage(t, name, m)
	}
	goldenMessage(t, "post", Delivery(samples(t)["alert-release"], fingerprint))
}

func TestGoldenReplies(t *testing.T) {
	for name, r := range sampleReplies(t) {
		goldenMessage(t, name, Reply(r, ReplyOptions{Slash: true}))
	}
	b := bot.New(bot.Config{Now: func() time.Time { return time.Time{} }})
	for name, text := range map[string]string{"help": "help", "help-command": "help pause", "help-queries": "help queries"} {
		r := b.Handle(context.Background(), chat.Command{Text: text, Person: ann(), Place: ann().Direct()})
		goldenMessage(t, name, Reply(r, ReplyOptions{Slash: true}))
	}
}

func TestGoldenLists(t *testing.T) {
	few := chat.Reply{Text: "4 subscriptions in this channel. Times are in Europe/Brussels.", Items: listOf(t, 4, ""), Hints: []string{"`pause 1 for 3d`"}}
	many := chat.Reply{Text: "23 subscriptions in this channel. Times are in UTC.", Items: listOf(t, 23, "")}
	mine := chat.Reply{Text: "3 subscriptions of yours.", Items: listOf(t, 3, "here")}
	nothing := chat.Reply{Text: "Nothing is followed in this channel yet.", Hints: []string{"`subscribe carbon border tax` would be a beginning"}}
	goldenMessage(t, "list", Reply(few, ReplyOptions{Slash: true, Place: channel}))
	goldenMessage(t, "list-page", List(many, ReplyOptions{Slash: true, Place: channel, Page: 1}))
	goldenMessage(t, "list-mine", Reply(mine, ReplyOptions{Slash: true, Place: PlaceMine}))
	goldenMessage(t, "list-empty", List(nothing, ReplyOptions{Slash: true, Place: channel}))
	goldenMessage(t, "list-done", List(few, ReplyOptions{Slash: true, Place: channel, Done: pausedReply(t)}))

	items := listOf(t, 3, "")
	goldenMessage(t, "item", Item(items[1], ReplyOptions{Slash: true, Place: channel}))
	goldenMessage(t, "item-done", Item(items[2], ReplyOptions{Slash: true, Place: channel, Page: 1, Done: pausedReply(t)}))
}

func TestGoldenNotes(t *testing.T) {
	alert := again(t, Delivery(samples(t)["alert"], fingerprint))
	once := Acted(alert, "Number 1, steel quota, is paused until Wed 4 Mar 08:30.", "ben", &chat.Undo{Verb: "resume", Args: "1"})
	goldenMessage(t, "acted", once)
	twice := Acted(again(t, once), "“Ministry cuts steel quota” is muted here.", "eva_*", &chat.Undo{Verb: "unmute", Args: "3f9a"})
	goldenMessage(t, "acted-twice", twice)
	goldenMessage(t, "acted-digest", Acted(again(t, Delivery(samples(t)["digest"], fingerprint)), "Number 4, tariff, is gone.", "", nil))
}

func TestGoldenForms(t *testing.T) {
	wrong := Form{Place: channel, Query: "tariff AND \"steel `x` ```\nor this", When: "daily 08:00"}
	goldenMessage(t, "form-wrong", wrong.Wrong(chat.Reply{
		Problem: &chat.Problem{Text: "unclosed quote at character 12: add \" at the end", Input: wrong.Query, Position: 12},
		Hints:   []string{"`help queries` shows what a query can say"},
	}))
	for name, f := range map[string]Form{"modal": {Place: channel}, "modal-edit": {Place: channel, Number: 3, Query: "tariff NOT steel", When: "weekly sun 17:00"}} {
		sample.Golden(t, "testdata/golden", name, f.Modal())
	}
}
