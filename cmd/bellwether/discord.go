package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/discord"
)

func newDiscordCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "discord",
		Short: "Set up Discord",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var guild string
	var f flagValues
	register := &cobra.Command{
		Use:   "register [--guild ID] [--config FILE]",
		Short: "Register the command /policy with Discord",
		Long: `Register tells Discord of the command /policy. The bot does so by itself when it
starts and the command differs from the one that Discord has; this does it at
once, whatever Discord has.

With --guild it is registered for one server only, to try it out there. Both
show beside each other in that server.`,
		Example: `  bellwether discord register
  bellwether discord register --guild 123456789012345678`,
		Args:                  usageArgs(cobra.NoArgs),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if guild != "" && !isSnowflake(guild) {
				return usagef("--guild %q is not the id of a server: switch on Developer Mode in Discord (Settings, Advanced), then right-click the server and choose Copy Server ID", guild)
			}
			cfg, err := loadConfig(w, f, false)
			if err != nil {
				return err
			}
			if !cfg.discord.on() {
				return usagef("there is no token: set DISCORD_BOT_TOKEN; Bot in the app's settings, at https://discord.com/developers/applications, makes one")
			}
			http := discordHTTP(cfg.discord)
			defer http.Close()
			client := discord.NewClient(discord.ClientConfig{Token: cfg.discord.botToken, BaseURL: cfg.discord.apiURL, HTTP: http.HTTP(), Now: time.Now})
			said, err := discord.Register(cmd.Context(), client, guild)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(w.stdout, said)
			return err
		},
	}
	register.Flags().StringVar(&guild, "guild", "", "register for the server with this `ID` only")
	register.Flags().StringVar(&f.config, "config", "", "configuration `FILE` in YAML (default: BELLWETHER_CONFIG, else none)")
	cmd.AddCommand(register)
	return cmd
}
