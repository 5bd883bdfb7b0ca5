package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/slack"
)

func newSlackCommand(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "Set up Slack",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var address string
	manifest := &cobra.Command{
		Use:   "manifest [--url URL]",
		Short: "Print the manifest that Slack makes the app from",
		Long: `Manifest prints what Slack makes the app from. Open https://api.slack.com/apps,
press Create New App, choose From a manifest, and paste it. docs/slack.md goes on
from there.

With --url Slack calls the bot at that address; without, the bot calls Slack
(Socket Mode), and needs no address.`,
		Example: `  bellwether slack manifest
  bellwether slack manifest --url https://alerts.example.org`,
		Args:                  usageArgs(cobra.NoArgs),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var c config
			if address == "" {
				address, _ = w.lookup("BELLWETHER_PUBLIC_URL")
			}
			if address != "" {
				if err := setPublicURL(&c, address); err != nil {
					return usagef("--url %q: %w", address, err)
				}
				if !strings.HasPrefix(address, "https://") {
					return usagef("--url %q: Slack calls only addresses that begin with https://", address)
				}
			}
			text, err := slack.Manifest(c.publicURL)
			if err != nil {
				return err
			}
			_, err = w.stdout.Write(text)
			return err
		},
	}
	manifest.Flags().StringVar(&address, "url", "", "`URL` at which Slack reaches the bot (default: BELLWETHER_PUBLIC_URL, else none: Socket Mode)")
	cmd.AddCommand(manifest)
	return cmd
}
