package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/doctor"
)

// checkTime bounds each question that the doctor asks of others.
const checkTime = 20 * time.Second

func newDoctor(w world) *cobra.Command {
	var f outboxFlags
	var sources []string
	cmd := &cobra.Command{
		Use:   "doctor [--config FILE] [--data DIR] [--source URL_OR_PATH]... [--json]",
		Short: "Check tokens, Redis and sources, and say how to mend what is wrong",
		Long: `Doctor reads the same settings as run, asks Redis, Slack, Discord and every
source how they are, and says for everything that is wrong what mends it. It
posts nothing. Its exit status is 1 if there is a problem.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.sources = sources
			cfg, err := loadConfig(w, f.flagValues, false)
			if err != nil {
				return err
			}
			d := &examination{cfg: cfg, report: &doctor.Report{}}
			d.all(cmd.Context())
			printed := d.report.Print
			if f.json {
				printed = d.report.JSON
			}
			if err := printed(w.stdout); err != nil {
				return err
			}
			if d.report.Count(doctor.Problem) > 0 {
				return errReported
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().StringArrayVar(&sources, "source", nil, "a feed's address or the path of a file or folder (`URL_OR_PATH`), instead of the configured sources; may be given again")
	return cmd
}

// examination looks at one installation.
type examination struct {
	cfg    config
	store  *store
	report *doctor.Report
}

func (d *examination) all(ctx context.Context) {
	d.report.Part("settings")
	from := "the environment"
	if d.cfg.configuration != "" {
		from = d.cfg.configuration + " and the environment"
	}
	d.report.OK("read from %s", from)
	d.openStore(ctx)
	if d.store != nil {
		defer func() {
			if err := d.store.close(); err != nil {
				d.report.Fail("see that the disk has room", "the store could not be closed: %v", err)
			}
		}()
		d.outbox(ctx)
	}
	d.report.Part("slack")
	d.slack(ctx)
	d.report.Part("discord")
	d.discord(ctx)
	d.report.Part("sources")
	d.sources(ctx)
}

func (d *examination) openStore(ctx context.Context) {
	d.report.Part("store")
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	s, err := openStore(ctx, d.cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		mend := "see that Redis runs, and that REDIS_URL names it and its password"
		if d.cfg.redisURL == "" {
			mend = "if a bellwether runs with this data folder, stop it first, or ask its /readyz"
		}
		d.report.Fail(mend, "%v", err)
		return
	}
	d.store = s
	if s.embedded != nil {
		d.report.OK("%s", s.about)
		return
	}
	nodes, err := s.client.Nodes(ctx)
	if err != nil {
		d.report.Fail("let the user of REDIS_URL run INFO", "%v", err)
		return
	}
	d.report.Nodes(nodes)
	losses, err := s.client.Losses(ctx)
	if err != nil {
		d.report.Fail("see what Redis says in its log", "%v", err)
		return
	}
	d.report.Losses(losses)
}

// outbox looks at what waits and what failed.
func (d *examination) outbox(ctx context.Context) {
	d.report.Part("outbox")
	load, err := d.store.load(ctx)
	if err != nil {
		d.report.Fail("see what Redis says in its log", "%v", err)
		return
	}
	d.report.Pressure(load, d.cfg.bounds)
	dead, err := deadLetters(ctx, d.store.client, nil)
	switch {
	case err != nil:
		d.report.Fail("see what Redis says in its log", "%v", err)
	case len(dead) > 0:
		d.report.Warn("see them with `bellwether outbox list --failed`, send them again with `bellwether outbox retry`",
			"%s for good; the latest for %s: %s", count(len(dead), "alert failed", "alerts failed"), dead[0].Lane.Destination, dead[0].Reason)
	default:
		d.report.OK("nothing failed for good")
	}
}

func (d *examination) slack(ctx context.Context) {
	if !d.cfg.slack.on() {
		d.report.OK("not set up: no token")
		return
	}
	if d.store == nil {
		d.report.Warn("mend the store first", "not looked at, for the workspaces stand in the store")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	p, err := newSlack(d.cfg, d.store, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		d.report.Fail("correct the settings", "%v", err)
		return
	}
	defer p.close()
	teams, err := p.teams.Check(ctx)
	if err != nil {
		d.report.Fail("see what Redis says in its log", "%v", err)
	}
	for _, t := range teams {
		d.team(t)
	}
	if len(teams) == 0 {
		d.report.OK("no workspace has installed the app yet: %s/slack/install does", d.cfg.publicURL)
	}
	if d.cfg.slack.appToken == "" {
		return
	}
	if err := slack.CheckSocket(ctx, p.api("", d.cfg.slack.appToken)); err != nil {
		d.report.Fail("make an app token with the scope connections:write: Basic Information, App-Level Tokens, in the app's settings; and switch Socket Mode on there", "SLACK_APP_TOKEN: %v", err)
	} else {
		d.report.OK("Socket Mode opens")
	}
}

func (d *examination) team(t slack.Checked) {
	refused, ok := errors.AsType[*alerts.SendError](t.Err)
	switch {
	case t.Err != nil && t.Workspace == "" && ok && refused.Permanent:
		d.report.Fail("copy the token again: OAuth & Permissions in the app's settings shows it", "Slack refuses SLACK_BOT_TOKEN: %v", t.Err)
	case t.Err != nil && ok && refused.Permanent:
		d.report.Fail("have someone install the app there again", "workspace %s: %v", t.Workspace, t.Err)
	case t.Err != nil:
		d.report.Fail("see that this machine reaches https://slack.com", "workspace %s: %v", t.Workspace, t.Err)
	case len(t.Missing) > 0:
		d.report.Fail("paste the manifest of `bellwether slack manifest` into the app's settings and install the app again",
			"workspace %s: the token lacks the scopes %s", t.Workspace, strings.Join(t.Missing, ", "))
	default:
		d.report.OK("workspace %s: the token is good and has its scopes", t.Workspace)
	}
}

func (d *examination) discord(ctx context.Context) {
	if !d.cfg.discord.on() {
		d.report.OK("not set up: no token")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	http := discordHTTP(d.cfg.discord)
	defer http.Close()
	client := discord.NewClient(discord.ClientConfig{Token: d.cfg.discord.botToken, BaseURL: d.cfg.discord.apiURL, HTTP: http.HTTP(), Now: time.Now})
	c, err := discord.Check(ctx, client)
	refused, ok := errors.AsType[*alerts.SendError](err)
	switch {
	case err != nil && ok && refused.Permanent:
		d.report.Fail("copy the token again: Bot in the app's settings, at https://discord.com/developers/applications", "Discord refuses DISCORD_BOT_TOKEN: %v", err)
	case err != nil:
		d.report.Fail("see that this machine reaches https://discord.com", "%v", err)
	default:
		d.report.OK("the token is good; the app is %s", c.App)
	}
	if set := d.cfg.discord.applicationID; err == nil && set != "" && set != c.App {
		d.report.Warn("leave DISCORD_APPLICATION_ID out", "the token is of another app than DISCORD_APPLICATION_ID names")
	}
	if err == nil && !c.Registered {
		d.report.Warn("start the bot, or run `bellwether discord register`", "Discord has not got the command as this version has it")
	}
}

// sources reads every source once, side by side, and keeps nothing of it.
func (d *examination) sources(ctx context.Context) {
	set := openSources(d.cfg)
	defer set.close()
	all := set.list
	if d.store != nil {
		added, err := d.store.client.Sources().AddedSources(ctx)
		if err != nil {
			d.report.Fail("see what Redis says in its log", "%v", err)
		}
		for _, a := range added {
			if !set.has(a.Name) {
				all = append(all, set.open(a))
			}
		}
	}
	if len(all) == 0 {
		d.report.Fail("add some under sources: in the configuration, with --source, or with `bellwether feeds add`", "there are none, so nothing can come in")
	}
	batches, errs := fetchAll(ctx, all)
	for i, s := range all {
		d.source(s, batches[i], errs[i])
	}
}

func (d *examination) source(s ingest.Source, b alerts.Batch, err error) {
	switch {
	case err != nil:
		where := s.Name()
		if a, ok := s.(ingest.Addressed); ok {
			where = a.Address()
		}
		d.report.Fail("open "+where+" by hand; correct the address, or take the source out", "%s can't be read: %v", s.Name(), err)
	case len(b.Problems) > 0:
		p := b.Problems[0]
		d.report.Warn("tell its publisher", "%s: %s read, %s left out, such as %s: %v", s.Name(), count(len(b.Articles), "article", "articles"),
			fmt.Sprint(len(b.Problems)), p.Place, p.Err)
	case len(b.Articles) == 0:
		d.report.Warn("if that is not to be, look whether its address has changed", "%s can be read and holds no article", s.Name())
	default:
		d.report.OK("%s: %s", s.Name(), count(len(b.Articles), "article", "articles"))
	}
}
