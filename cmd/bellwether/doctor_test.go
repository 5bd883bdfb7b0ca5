package main

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/adapters/slack"
)

// examine runs the doctor and gives what it prints.
func examine(t *testing.T, want int, env map[string]string, args ...string) string {
	t.Helper()
	var out, problems bytes.Buffer
	w := world{stdout: &out, stderr: &problems, lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	if status := execute(t.Context(), w, append([]string{"doctor"}, args...)); status != want {
		t.Fatalf("status %d, want %d\n%s%s", status, want, &out, &problems)
	}
	for _, secret := range []string{"hunter2", "xoxb-fake", fakeslack.AppToken, fakediscord.Token} {
		if strings.Contains(out.String()+problems.String(), secret) {
			t.Errorf("it shows the secret %q:\n%s", secret, &out)
		}
	}
	return out.String()
}

func showsAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("it does not show %q:\n%s", p, text)
		}
	}
}

func TestDoctorFindsNothing(t *testing.T) {
	chat := fakeslack.New(t, fakeslack.Options{Scopes: slack.Scopes()})
	chat.AddTeam("T1", true)
	chat.Socket()
	server := fakediscord.New(t, fakediscord.Options{Messages: fakediscord.Limit{Calls: -1}})
	redis := adaptertest.StartRedis(t, "--appendonly", "yes", "--maxmemory", "100mb", "--maxmemory-policy", "noeviction")
	env := map[string]string{
		"REDIS_URL": "redis://" + redis.Addr, "HOME": t.TempDir(),
		"SLACK_BOT_TOKEN": "xoxb-fake-T1", "SLACK_APP_TOKEN": fakeslack.AppToken, "SLACK_API_URL": chat.API(),
		"DISCORD_BOT_TOKEN": fakediscord.Token, "DISCORD_API_URL": server.API(),
	}
	browser := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	client := discord.NewClient(discord.ClientConfig{Token: fakediscord.Token, BaseURL: server.API(), HTTP: browser})
	if _, err := discord.Register(t.Context(), client, ""); err != nil {
		t.Fatal(err)
	}
	story := t.TempDir() + "/story.txt"
	writeFile(t, story, "Harbor is sold\n\nThe harbor was sold.\n")
	text := examine(t, exitDone, env, "--source", story)
	showsAll(t, text, "All is well.", "workspace Team T1: the token is good", "Socket Mode opens", "within a second", "the app is ", "story.txt: 1 article")
	if lines := examine(t, exitDone, env, "--source", story, "--json"); strings.Contains(lines, `"state":"problem"`) || !strings.Contains(lines, `{"part":"sources","state":"ok"`) {
		t.Errorf("as JSON:\n%s", lines)
	}
}

func TestDoctorSaysWhatMends(t *testing.T) {
	chat := fakeslack.New(t, fakeslack.Options{Scopes: slack.Scopes()[1:]})
	chat.AddTeam("T1", true)
	server := fakediscord.New(t, fakediscord.Options{})
	redis := adaptertest.StartRedis(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	lock := goredis.NewClient(&goredis.Options{Addr: redis.Addr})
	defer lock.Close()
	if err := lock.ConfigSet(t.Context(), "requirepass", "hunter2").Err(); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"REDIS_URL": "redis://:hunter2@" + redis.Addr, "HOME": t.TempDir(),
		"SLACK_BOT_TOKEN": "xoxb-fake-T1", "SLACK_APP_TOKEN": "xapp-fake-other", "SLACK_API_URL": chat.API(),
		"DISCORD_BOT_TOKEN": fakediscord.Token, "DISCORD_API_URL": server.API(),
	}
	showsAll(t, examine(t, exitFailed, env, "--source", t.TempDir()+"/none"),
		"deletes keys when it is full", "set maxmemory-policy to noeviction", "keeps nothing on disk", "set appendonly yes",
		"the token lacks the scopes "+slack.Scopes()[0]+"\n", "bellwether slack manifest", "SLACK_APP_TOKEN: ", "connections:write",
		"bellwether discord register", "none can't be read", "5 problems, 1 warning")
	for name, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"wrong tokens": {
			map[string]string{"SLACK_BOT_TOKEN": "xoxb-fake-none", "DISCORD_BOT_TOKEN": "a.b.c"},
			[]string{"Slack refuses SLACK_BOT_TOKEN", "Discord refuses DISCORD_BOT_TOKEN"},
		},
		"no Redis": {
			map[string]string{"REDIS_URL": "redis://:hunter2@127.0.0.1:1"},
			[]string{"connection refused", "see that Redis runs", "mend the store first"},
		},
		"a wrong password": {
			map[string]string{"REDIS_URL": "redis://:hunter22@" + redis.Addr},
			[]string{"WRONGPASS", "its password"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			other := maps.Clone(env)
			maps.Copy(other, c.change)
			showsAll(t, examine(t, exitFailed, other, "--source", t.TempDir()), c.want...)
		})
	}
}
