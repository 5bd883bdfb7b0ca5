package discord_test

import (
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
)

// TestWhoMayChangeSources: those with Manage Server, in a channel of it.
func TestWhoMayChangeSources(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	const manageServer = 1 << 5 // https://discord.com/developers/docs/topics/permissions
	keepers := r.fake.AddRole(fakediscord.Role{Guild: r.guild.ID, Name: "keepers", Permissions: manageServer | manageChannels})
	carla := r.fake.AddUser(fakediscord.User{Name: "carla"})
	r.fake.AddMember(r.guild.ID, carla.ID, keepers.ID)
	for _, option := range []fakediscord.Option{opt("add", "https://news.example/rss"), opt("remove", "news")} {
		mustShow(t, r.slash(r.anna, r.trade.ID, "sources", option), "Only people with Manage Server can change what is read")
		mustShow(t, r.slash(carla, "", "sources", option), "Only people with Manage Server")
		mustShow(t, r.slash(carla, r.trade.ID, "sources", option), "Sources can't be changed here") // by this bot, that is
	}
	mustShow(t, r.slash(r.anna, r.trade.ID, "sources", opt("show", "gov")), "No sources are configured")
}
