// Command bellwether is a chat bot for policy-news alerts.
//
// This package reads flags, environment and configuration, and wires the parts
// together; what they do is in the packages it imports.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	_ "time/tzdata" // time zones on machines that have none

	"github.com/spf13/cobra"
)

// Exit statuses; scripts rely on them.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// version is set by the linker.
var version = "dev"

// world is what the process was given; commands touch nothing else of it.
type world struct {
	stdin  *os.File
	stdout io.Writer
	stderr io.Writer
	lookup func(name string) (string, bool) // environment
}

// usageError is a call that was wrong in itself: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported ends a command with status 1 after every fault was printed.
var errReported = errors.New("some input could not be read")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	w := world{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv}
	status := execute(ctx, w, os.Args[1:])
	stop()
	os.Exit(status)
}

// execute runs one command line and returns the exit status.
func execute(ctx context.Context, w world, args []string) int {
	root := newRoot(w)
	root.SetArgs(dashedQuery(args))
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	var usage usageError
	switch {
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(w.stderr, "bellwether: %v\nTry: %s --help\n", err, cmd.CommandPath())
		return exitUsage
	default:
		fmt.Fprintf(w.stderr, "bellwether: %v\n", err)
		return exitFailed
	}
}

func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:   "bellwether",
		Short: "Policy-news alerts for the people who asked for them",
		Long: `Bellwether reads feeds and news wires, matches every new article against
everybody's keywords, and posts each hit once, with a short summary and the
link to its source.

Start with:  bellwether run`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usageArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{plainFlagError(err)} })
	root.CompletionOptions.DisableDefaultCmd = true // it would answer wrong calls with status 1
	commands := []*cobra.Command{newRun(w), newMatch(w), newQuery(w), newSummarize(w), newBench(w), newSlackCommand(w), newDiscordCommand(w), newFeeds(w), newOutbox(w), newDoctor(w), newCosts(w), newHealthcheck(w)}
	for _, c := range commands {
		c.DisableFlagsInUseLine = true // where there are any, Use names them
	}
	root.AddCommand(commands...)
	return root
}

// plainFlagError is err without the words of the parser that failed.
func plainFlagError(err error) error {
	if text, _, found := strings.Cut(err.Error(), ": strconv.ParseInt"); found {
		return fmt.Errorf("%s: give a whole number", text)
	}
	return err
}

// someFiles wants at least one file.
func someFiles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("no article file: name one or more, or - for JSON lines on standard input")
	}
	return nil
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
