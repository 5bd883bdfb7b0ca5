package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/bellwether/bellwether/adapters/terminal"
)

func newRun(w world) *cobra.Command {
	var f flagValues
	var once bool
	cmd := &cobra.Command{
		Use:   "run [--config FILE] [--data DIR] [--once] [--roles ROLES] [--source URL_OR_PATH]...",
		Short: "Run the bot",
		Long: `Run reads sources, matches every new article and sends alerts. Without a Slack
or Discord token it talks here in the terminal: type help. docs/slack.md and
docs/discord.md set them up. Without a Redis it keeps everything in one file in
the data folder.

` + settingsHelp(),
		Example: `  bellwether run
  bellwether run --source https://news.un.org/feed/subscribe/en/news/all/rss.xml --source wires/
  printf 'subscribe carbon border tax\n' | bellwether run --once --source story.txt`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), w, f, once)
		},
	}
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `FILE` in YAML (default: BELLWETHER_CONFIG, else none)")
	cmd.Flags().StringVar(&f.data, "data", "", "folder `DIR` of the embedded store (default: $XDG_DATA_HOME/bellwether, else ~/.local/share/bellwether)")
	cmd.Flags().BoolVar(&once, "once", false, "read commands from standard input to its end, poll every source once, deliver everything, exit")
	cmd.Flags().StringVar(&f.roles, "roles", "", "the `ROLES` of this replica, some of ingest,match,deliver,chat (default: all)")
	cmd.Flags().StringArrayVar(&f.sources, "source", nil, "a feed's address or the path of a file or folder (`URL_OR_PATH`), instead of the configured sources; may be given again")
	return cmd
}

// settingsHelp lists the settings by their names in file and environment.
func settingsHelp() string {
	var b strings.Builder
	b.WriteString("Settings, in the file and as environment variables. Flags go over the\nenvironment, and that over the file:\n\n")
	for _, s := range settings() {
		fmt.Fprintf(&b, "  %-18s %s\n", s.key, s.env)
		for line := range strings.SplitSeq(s.help, "\n") {
			fmt.Fprintf(&b, "      %s\n", line)
		}
		if s.initial != "" {
			fmt.Fprintf(&b, "      default: %s\n", s.initial)
		}
	}
	b.WriteString(`  sources
      list of sources: a feed's address, a path, or name:, url: or path:, interval:
      default: a few public policy feeds and sample texts

With OTEL_EXPORTER_OTLP_ENDPOINT, the way of each article is sent there as an
OpenTelemetry trace; docs/monitoring.md has more.`)
	return b.String()
}

// run builds the program out of its parts and lets it work until ctx ends, or
// until everything is delivered when once is set.
func run(ctx context.Context, w world, f flagValues, once bool) (err error) {
	interactive := !once && isTerminal(w.stdin) && isTerminal(w.stdout)
	cfg, err := loadConfig(w, f, interactive)
	if err != nil {
		return err
	}
	if once && cfg.divided() {
		return usagef("--once does all of the work by itself: leave --roles (or BELLWETHER_ROLES) out")
	}
	interactive = interactive && !cfg.onPlatform()
	talk := newTerminal(w, cfg, interactive)
	log := newLogger(w.stderr, cfg)
	if interactive {
		log = slog.New(&remarks{say: talk.Note, level: cfg.logLevel}) // an edited line must not be written into
	}

	watch := newTelemetry()
	if traced(w.lookup) {
		end, err := watch.traces(ctx, log)
		if err != nil {
			return err
		}
		defer end()
	}
	store, err := openStore(ctx, cfg, log, watch.metrics)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.close()) }()
	sources := openSources(cfg)
	defer sources.close()
	if cfg.logJSON && !interactive {
		log.Info("started", "version", version, "store", store.about, "sources", sources.about())
	} else {
		announce(w, cfg, store, sources, interactive)
	}

	a, err := newApp(cfg, w, log, talk, store, sources, watch, once)
	if err != nil {
		return err
	}
	defer a.close()
	if once {
		return a.once(ctx)
	}
	return serve(ctx, a.stages(cfg, interactive))
}

// once answers the commands on standard input, polls every source, and
// delivers what follows from it.
func (a *app) once(ctx context.Context) error {
	if err := a.talk.Run(ctx, a.bot); err != nil && !errors.Is(err, terminal.ErrLeft) {
		return fmt.Errorf("terminal: %w", err)
	}
	if err := a.ingest.Once(ctx); err != nil {
		a.faults.failed(err)
	}
	if err := a.notices.Look(ctx); err != nil {
		a.faults.failed(err)
	}
	if err := a.matching.Drain(ctx); err != nil {
		return fmt.Errorf("matching: %w", err)
	}
	if err := a.dispatch.Drain(ctx); err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	return errors.Join(ctx.Err(), a.faults.err())
}

func newLogger(out io.Writer, cfg config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.logLevel}
	if cfg.logJSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// announce says in a few lines what was found.
func announce(w world, cfg config, s *store, sources *sourceSet, interactive bool) {
	out := w.stderr
	fmt.Fprintf(out, "Bellwether %s\n", version)
	if cfg.configuration != "" {
		fmt.Fprintf(out, "  settings  %s\n", cfg.configuration)
	}
	fmt.Fprintf(out, "  chat      %s\n", cfg.aboutChat())
	about := s.about
	if home, ok := w.lookup("HOME"); ok && len(home) > 1 {
		about = strings.Replace(about, " "+strings.TrimSuffix(home, "/")+"/", " ~/", 1)
	}
	fmt.Fprintf(out, "  store     %s\n", about)
	fmt.Fprintf(out, "  sources   %s\n", sources.about())
	if cfg.divided() {
		fmt.Fprintf(out, "  roles     %s; other replicas have to take the rest\n", cfg.aboutRoles())
	}
	if interactive {
		fmt.Fprintf(out, "Type help for what you can say, or begin with:\n  subscribe \"new quality productive forces\"\n\n")
	}
}

// aboutChat says for people where they talk to the bot.
func (c config) aboutChat() string {
	var all []string
	if c.slack.on() {
		all = append(all, c.slack.about())
	}
	if c.discord.on() {
		all = append(all, c.discord.about())
	}
	if len(all) == 0 {
		return "no Slack or Discord token: talking here in the terminal"
	}
	return strings.Join(all, "; ")
}

// isTerminal leaves the file's mode as it is: Fd would make a pipe block, and
// then nothing could end a read from it.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	is := false
	err = conn.Control(func(fd uintptr) { is = term.IsTerminal(int(fd)) })
	return err == nil && is
}

// localZone finds the IANA name of the machine's time zone, "" if it has none.
func localZone(w world) string {
	if tz, ok := w.lookup("TZ"); ok && tz != "" {
		return strings.TrimPrefix(tz, ":")
	}
	target, err := filepath.EvalSymlinks("/etc/localtime")
	if err != nil {
		return ""
	}
	if _, name, found := strings.Cut(target, "zoneinfo/"); found {
		return name
	}
	return ""
}
