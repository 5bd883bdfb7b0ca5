package discord_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/bot/chat"
)

// TestTwiceAtTheGateway: an interaction that the gateway brings twice is carried
// out and answered once; by HTTP as well it is not answered again.
func TestTwiceAtTheGateway(t *testing.T) {
	var done atomic.Int32
	r := newRig(t, byGateway, rigOptions{wrap: func(h discord.Handler) discord.Handler {
		return handlerFunc(func(ctx context.Context, c chat.Command) chat.Reply {
			if c.Verb == "subscribe" {
				done.Add(1)
			}
			return h.Handle(ctx, c)
		})
	}})
	i := r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.fake.Repeat(i)
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "1 subscription") // behind it, in her line
	if n := done.Load(); n != 1 {
		t.Errorf("%d effects", n)
	}
}

// TestBodyLimit: what is larger than Discord sends is not read to its end.
func TestBodyLimit(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	body := []byte(`{"type":1,"x":"` + strings.Repeat("x", 2<<20) + `"}`)
	if status, _ := r.fake.Post(r.web.URL+"/discord/interactions", body, r.fake.Sign(body, time.Now())); status != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes: %d", status)
	}
}

// TestForgedButtons: what a button carries gives no right, whoever wrote it.
func TestForgedButtons(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.story("a")
	hidden := r.fake.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "hidden", Type: fakediscord.Text, Overwrites: []fakediscord.Overwrite{
		{ID: r.guild.ID, Deny: 1 << 10}, {ID: fakediscord.BotID, Member: true, Allow: 1 << 10}, {ID: r.anna.ID, Member: true, Allow: 1 << 10},
	}})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "secret plan"), opt("channel", hidden.ID))
	press := r.fake.Press(r.ben.ID, r.fake.AwaitMessages(r.trade.ID, 1)[0], "Manage")
	forged := func(custom string) (status int, answer string) {
		var body map[string]any
		if err := json.Unmarshal(r.fake.Payload(press), &body); err != nil {
			t.Fatal(err)
		}
		body["id"], body["data"] = r.fake.ID(), map[string]any{"component_type": 2, "custom_id": custom}
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		status, out := r.fake.Post(r.web.URL+"/discord/interactions", raw, r.fake.Sign(raw, time.Now()))
		return status, string(out)
	}
	for _, custom := range []string{
		"at:" + r.trade.ID + " unsubscribe 1", "do:unsubscribe 1", "do:edit 1 pier", `undo:{"v":"unsubscribe","a":"1"}`, "do:pause", "do:digest hourly",
	} {
		if status, answer := forged(custom); status != http.StatusOK || !strings.Contains(answer, "Only people who manage this channel") {
			t.Errorf("%q: %d %s", custom, status, answer)
		}
	}
	for _, custom := range []string{
		"at:1 unsubscribe 1", "at:" + r.guild.ID + " unsubscribe 1", "list:999 1", "pick:999 0", "list:" + hidden.ID + " 0", "at:" + hidden.ID + " export", "edit:" + r.trade.ID + " 429", "again:u 1",
	} {
		if status, answer := forged(custom); status != http.StatusOK || !strings.Contains(answer, "can't see that channel") && !strings.Contains(answer, "any more") && !strings.Contains(answer, "could not be done") {
			t.Errorf("%q: %d %s", custom, status, answer)
		}
	}
	for _, custom := range []string{
		"do:", "at:x y", "list:999999999999999999999 1", "pick:u -1", "edit:" + r.trade.ID + " 4294967296000", "manage:#zz", "nonsense", "",
	} {
		if status, answer := forged(custom); status != http.StatusUnauthorized {
			t.Errorf("%q: %d %s", custom, status, answer)
		}
	}
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "1 subscription", "ferry", "active", "instant")
}
