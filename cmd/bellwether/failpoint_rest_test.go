package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

const luaFolder = "../../adapters/redis/lua"

// complete wants the program to have been killed on both sides of every script
// but those that need not be.
func (f *failing) complete() {
	f.t.Helper()
	reads := []string{"article_known", "article_lag", "depth", "server", "sub_changes", "sub_list", "waiting"}
	// For the start of a process that is alone on its store, which is embedded.
	embedded := []string{"recover"}
	// A source has to be down for a day: the suite of notices has what follows
	// when nobody ends what was begun.
	days := []string{"notice_begin"}
	// One script is all that these commands do, but for what is dropped again when
	// a source is added, and each step with a hub, which is asked again when nobody
	// noted its answer.
	whole := []string{"source_add", "source_remove", "hub_put"}
	names := slices.Sorted(maps.Values(adaptertest.ScriptNames(f.t, luaFolder)))
	for _, name := range slices.Compact(names) {
		if strings.HasSuffix(name, "_lib") || slices.Contains(reads, name) || slices.Contains(embedded, name) || slices.Contains(days, name) || slices.Contains(whole, name) {
			continue
		}
		if sides := f.killed[name]; !sides[false] || !sides[true] {
			f.t.Errorf("the program was not killed before and after %s: %v", name, sides)
		}
	}
}

// until waits for what comes by itself.
func (f *failing) until(what string, is func(context.Context) (bool, error)) {
	f.t.Helper()
	if err := persist(f.t.Context(), func() (bool, error) { return is(f.t.Context()) }); err != nil {
		f.t.Fatalf("%s: %v\n%s", what, err, f.replica.log)
	}
}

// serveFeed is a feed without news, which may take its time.
func (f *failing) serveFeed(w http.ResponseWriter, r *http.Request) {
	if f.hangs.Load() {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>None</title></channel></rss>`)
}

// polls kills the program while it waits for a feed. The next one reads it.
func (f *failing) polls() {
	f.t.Helper()
	f.hangs.Store(true)
	for _, after := range []bool{false, true} {
		f.at(adaptertest.Trap{Script: "turn_keep", After: after}, f.crash)
	}
	f.hangs.Store(false)
	f.crash()
	f.until("the feed is read", func(ctx context.Context) (bool, error) {
		state, err := f.client.Articles().State(ctx, strings.TrimPrefix(f.feed.URL, "http://"))
		return err == nil && len(state) > 0, err
	})
}

// starts kills the program at what it does when it starts, and once a second.
func (f *failing) starts(after bool) {
	f.t.Helper()
	for _, script := range []string{"store_start", "article_start", "beat"} {
		f.at(adaptertest.Trap{Script: script, After: after}, f.crash)
	}
	// What is counted anew was lost.
	f.at(adaptertest.Trap{Script: "loss_note", After: after}, func() {
		for range 2 { // what was counted by those before, and then by the one that runs
			f.until("a replica counts", func(ctx context.Context) (bool, error) {
				n, err := f.raw.Del(ctx, f.prefix+"{l}:beats").Result()
				return n > 0, err
			})
		}
	})
	if !after {
		return // nobody else is there who noticed
	}
	if losses, err := f.client.Losses(f.t.Context()); err != nil || len(losses) == 0 {
		f.t.Errorf("losses %v, %v", losses, err)
	}
}

// server has the bot come into a server of Discord, and write there.
func (f *failing) server(after bool) {
	f.t.Helper()
	f.at(adaptertest.Trap{Script: "lease_hold", After: after}, f.crash)
	var guild *fakediscord.Guild
	f.at(adaptertest.Trap{Script: "ws_save", After: after}, func() { guild = f.discord.AddGuild(fakediscord.Guild{}) })
	f.until("the server is stored", func(ctx context.Context) (bool, error) {
		w, err := f.client.Workspaces().Workspace(ctx, alerts.Discord, guild.ID)
		return w.Revision == 1, err
	})
	channel := f.discord.AddChannel(fakediscord.Channel{Guild: guild.ID, Type: fakediscord.Text})
	d := alerts.Destination{Platform: alerts.Discord, Workspace: guild.ID, Channel: channel.ID}
	f.points++
	f.follow(d, word(f.points))
	f.at(adaptertest.Trap{Script: "rates_learn", After: after}, func() { f.log(word(f.points)) })
	f.discord.AwaitMessages(channel.ID, 1)
	f.posts = append(f.posts, channel.ID)
	f.at(adaptertest.Trap{Script: "once", After: after}, func() {
		f.connected()
		f.discord.SlashAnyway(guild.Owner, channel.ID, "list")
	})
	f.connected()
	f.discord.AwaitReply(f.discord.Slash(guild.Owner, channel.ID, "list"))
	f.at(adaptertest.Trap{Script: "lease_release", After: after}, func() {
		f.connected()
		f.replica.want(true, syscall.SIGTERM)
	})
}

// connected waits until the program that runs is at the gateway.
func (f *failing) connected() {
	f.t.Helper()
	f.until("the shard is held", func(ctx context.Context) (bool, error) {
		return f.raw.HExists(ctx, f.prefix+"{l}:leases", "discord shard 0/1").Result()
	})
	f.discord.AwaitGateway(1)
}

// follow has a destination follow a word.
func (f *failing) follow(d alerts.Destination, keyword string) alerts.Subscription {
	f.t.Helper()
	q, err := query.Parse(keyword)
	if err != nil {
		f.t.Fatal(err)
	}
	s, _, err := f.client.Subscriptions().Add(f.t.Context(), alerts.Subscription{
		Owner: alerts.Person{Platform: d.Platform, Workspace: d.Workspace, User: "U1"}, Destination: d, Query: q,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// wipes has the data of servers deleted that removed the bot long ago, which
// the program does when it starts.
func (f *failing) wipes(after bool) {
	f.t.Helper()
	ctx := f.t.Context()
	for _, script := range []string{"ws_forget_place", "purge", "purge_marks", "ws_forget"} {
		f.points++
		id := fmt.Sprint(f.points)
		d := alerts.Destination{Platform: alerts.Discord, Workspace: id, Channel: id}
		f.follow(d, word(f.points))
		_, err := f.client.Outbox().Enqueue(ctx, []alerts.Pending{{Lane: alerts.Lane{Destination: d}, Article: "gone", NotBefore: time.Now().Add(time.Hour)}})
		if err != nil {
			f.t.Fatal(err)
		}
		if _, err := f.client.Workspaces().SaveWorkspace(ctx, alerts.Workspace{
			Platform: alerts.Discord, ID: id, Installed: time.Now().AddDate(0, 0, -50), Uninstalled: time.Now().AddDate(0, 0, -40),
		}); err != nil {
			f.t.Fatal(err)
		}
		f.at(adaptertest.Trap{Script: script, After: after}, f.crash)
		f.until("the server's data is deleted", func(ctx context.Context) (bool, error) {
			_, err := f.client.Workspaces().Workspace(ctx, alerts.Discord, id)
			return errors.Is(err, alerts.ErrNotFound), err
		})
		f.forgotten(d)
	}
}

// forgotten wants nothing to name a destination any more.
func (f *failing) forgotten(d alerts.Destination) {
	f.t.Helper()
	ctx := f.t.Context()
	if subs, err := f.client.Subscriptions().List(ctx, d); err != nil || len(subs) > 0 {
		f.t.Errorf("subscriptions of %s: %v, %v", d, subs, err)
	}
	keys, err := f.raw.Keys(ctx, f.prefix+"*"+d.String()+"*").Result()
	if err != nil || len(keys) > 0 {
		f.t.Errorf("keys of %s: %v, %v", d, keys, err)
	}
	for shard := range chaosShards {
		seen, err := f.raw.Keys(ctx, fmt.Sprintf("%s{o%d}:seen:*", f.prefix, shard)).Result()
		if err != nil {
			f.t.Fatal(err)
		}
		for _, key := range seen {
			members, err := f.raw.SMembers(ctx, key).Result()
			if err != nil || slices.ContainsFunc(members, func(m string) bool { return strings.HasPrefix(m, d.String()+"|") }) {
				f.t.Errorf("%s is still in %s, %v", d, key, err)
			}
		}
	}
}

// forget has a person say that all of theirs is to be deleted.
func (f *failing) forget(after bool) {
	f.t.Helper()
	for _, script := range []string{"sub_forget", "purge", "purge_marks"} {
		f.points++
		user, keyword := fmt.Sprint("V", f.points), word(f.points)
		f.fake.AddUser(fakeslack.User{ID: user, Team: "T1", Name: strings.ToLower(user), Zone: "Europe/Brussels"})
		d := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", User: user}
		q, err := query.Parse(keyword)
		if err != nil {
			f.t.Fatal(err)
		}
		if _, _, err := f.client.Subscriptions().Add(f.t.Context(), alerts.Subscription{
			Owner: alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: user}, Destination: d, Query: q,
		}); err != nil {
			f.t.Fatal(err)
		}
		f.log(keyword)
		f.fake.Await("a direct message", func() bool { return f.fake.DirectLocked(user) != "" })
		f.fake.AwaitMessages(f.fake.Direct(user), 1)
		f.until("it is recorded", f.nothingWaits)
		channel := fmt.Sprint("C", f.points)
		f.fake.AddChannel(fakeslack.Channel{ID: channel, Team: "T1", Name: strings.ToLower(channel), Member: true})
		f.says(user, channel, script, after, "forget-me yes")
		f.forgotten(d)
	}
}

// revive has what failed for good sent again by another process, which is the
// one that is killed.
func (f *failing) revive(after bool) {
	f.t.Helper()
	d, _, keyword := f.place(1)
	var always func() fakeslack.Fault
	always = func() fakeslack.Fault {
		f.fails(d.Channel, always)
		return fakeslack.Fault{Error: "msg_too_long"}
	}
	f.fails(d.Channel, always)
	f.log(keyword)
	f.until("an alert failed for good", func(ctx context.Context) (found bool, err error) {
		err = f.client.Outbox().Dead(ctx, func(dead redis.Dead) error {
			found = found || dead.Lane.Destination == d
			return nil
		})
		return found, err
	})
	f.fails(d.Channel, nil)
	retry := func() *exec.Cmd {
		cmd := exec.CommandContext(f.t.Context(), f.replica.binary, "outbox", "retry", "--all", "--destination", d.String())
		cmd.Env = append(f.replica.env, "PATH="+os.Getenv("PATH"), "HOME="+f.t.TempDir())
		return cmd
	}
	killed := retry()
	var starting sync.Mutex
	kill := func() {
		starting.Lock()
		defer starting.Unlock()
		_ = killed.Process.Kill()
	}
	f.stop(adaptertest.Trap{Script: "revive", After: after}, kill, func() {
		starting.Lock()
		err := killed.Start()
		starting.Unlock()
		if err != nil || killed.Wait() == nil {
			f.t.Errorf("it was not killed: %v", err)
		}
	})
	if out, err := retry().CombinedOutput(); err != nil {
		f.t.Errorf("outbox retry: %v\n%s", err, out)
	}
	f.fake.AwaitMessages(d.Channel, 1)
}

// nothingWaits reports whether the outbox is empty.
func (f *failing) nothingWaits(ctx context.Context) (bool, error) {
	due, later, err := f.client.Outbox().Depth(ctx)
	if err == nil && due+later > 0 {
		err = fmt.Errorf("%d are due, %d later", due, later)
	}
	return err == nil, err
}
