package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
	"github.com/bellwether/bellwether/adapters/discord"
)

func writes(r *rig) int {
	n := 0
	for _, c := range r.fake.Calls() {
		if c.Method == http.MethodPut && strings.HasSuffix(c.Path, "/commands") {
			n++
		}
	}
	return n
}

// TestRegistersOnlyWhatDiffers: at the start the command is written only when
// Discord has it not, or has another.
func TestRegistersOnlyWhatDiffers(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	if n := writes(r); n != 1 {
		t.Errorf("written %d times at first", n)
	}
	for _, change := range []func(list []map[string]any){
		nil,
		func(list []map[string]any) { list[0]["description"] = "Something else" },
		func(list []map[string]any) { list[0]["default_member_permissions"] = nil },
		func(list []map[string]any) { delete(list[0], "contexts") },
		func(list []map[string]any) {
			list[0]["options"].([]any)[0].(map[string]any)["description_localizations"].(map[string]any)["de"] = "anders"
		},
	} {
		list := plain(t, r.fake.Commands(""))
		want := 0
		if change != nil {
			change(list)
			want = 1
		}
		r.fake.Register("", list)
		before := writes(r)
		if _, err := r.app.IntroduceForTest(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := writes(r) - before; n != want {
			t.Errorf("written %d times, want %d", n, want)
		}
	}
}

// plain is a copy that a test may change.
func plain(t *testing.T, list []map[string]any) (out []map[string]any) {
	t.Helper()
	raw, err := json.Marshal(list)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRegisterByHand: everywhere, and in one server to try it out.
func TestRegisterByHand(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	before := writes(r)
	for _, guild := range []string{"", r.guild.ID} {
		said, err := discord.Register(t.Context(), r.client, guild)
		if err != nil || !strings.Contains(said, "/policy is registered") || !strings.Contains(said, "https://discord.com/oauth2/authorize?client_id="+fakediscord.AppID) {
			t.Errorf("%q, %v", said, err)
		}
		if len(r.fake.Commands(guild)) != 1 {
			t.Errorf("in %q: %d commands", guild, len(r.fake.Commands(guild)))
		}
	}
	if n := writes(r) - before; n != 2 {
		t.Errorf("written %d times", n)
	}
}

// TestRefusedToken: Run ends at once, and says what to do.
func TestRefusedToken(t *testing.T) {
	fake := fakediscord.New(t, fakediscord.Options{Validate: spec.Validate(t)})
	fake.Revoke()
	app := discord.New(discord.Config{
		Guilds: emptyStore{}, Once: always{}, Subscriptions: emptyStore{}, Places: nobodysPlaces{},
		Client: discord.NewClient(discord.ClientConfig{Token: fakediscord.Token, BaseURL: fake.API(), HTTP: httpClient(t)}),
	})
	err := app.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "DISCORD_BOT_TOKEN") || strings.Contains(err.Error(), fakediscord.Token) {
		t.Errorf("Run: %v", err)
	}
}

// TestRunEnds with its context, though Discord can't be reached.
func TestRunEnds(t *testing.T) {
	app := discord.New(discord.Config{
		Guilds: emptyStore{}, Once: always{}, Subscriptions: emptyStore{}, Places: nobodysPlaces{},
		Client: discord.NewClient(discord.ClientConfig{Token: "t", HTTP: &http.Client{Transport: refusing{}}}),
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := app.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}

// TestDefinitionLimits: every text, in every language, is within what Discord
// takes, and all of them together in each.
// Source: https://discord.com/developers/docs/interactions/application-commands
func TestDefinitionLimits(t *testing.T) {
	raw, err := json.Marshal(discord.DefinitionForTest())
	if err != nil {
		t.Fatal(err)
	}
	var all node
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for _, locale := range []string{"", "de", "fr"} {
		if n := all.check(t, locale, "", 0); n > 8000 {
			t.Errorf("%q: %d characters, want 8,000 at most", locale, n)
		}
	}
	if len(all.Options) > 25 {
		t.Errorf("%d subcommands", len(all.Options))
	}
}

type node struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Localized   map[string]string `json:"description_localizations"`
	Options     []node            `json:"options"`
	Required    bool              `json:"required"`
}

func (n node) check(t *testing.T, locale, parent string, depth int) int {
	name := strings.TrimSpace(parent + " " + n.Name)
	text := n.Description
	if locale != "" {
		text = n.Localized[locale]
	}
	if l := units(n.Name); l < 1 || l > 32 || strings.ToLower(n.Name) != n.Name || strings.Contains(n.Name, " ") {
		t.Errorf("%s: not a name", name)
	}
	if l := units(text); l < 1 || l > 100 {
		t.Errorf("%s, %q: a description of %d characters: %q", name, locale, l, text)
	}
	if len(n.Options) > 25 || depth > 2 {
		t.Errorf("%s: %d options", name, len(n.Options))
	}
	total, optional := units(n.Name)+units(text), false
	for _, o := range n.Options {
		if o.Required && optional {
			t.Errorf("%s: the required option %s stands behind one that is not", name, o.Name)
		}
		optional = optional || !o.Required
		total += o.check(t, locale, name, depth+1)
	}
	return total
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }
