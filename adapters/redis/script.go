package redis

import (
	"context"
	"embed"
	"errors"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var sources embed.FS

// The scripts, each with the library of its group before it.
var (
	scriptStoreStart = load("subs_lib", "store_start")
	scriptAdd        = load("subs_lib", "sub_add")
	scriptUpdate     = load("subs_lib", "sub_update")
	scriptRemove     = load("subs_lib", "sub_remove")
	scriptList       = load("subs_lib", "sub_list")
	scriptSettings   = load("subs_lib", "sub_settings")
	scriptForget     = load("subs_lib", "sub_forget")
	scriptChanges    = load("subs_lib", "sub_changes")
	scriptServer     = load("server")

	scriptWorkspaceSave        = load("subs_lib", "ws_save")
	scriptWorkspaceForgetPlace = load("subs_lib", "ws_forget_place")
	scriptWorkspaceForget      = load("subs_lib", "ws_forget")

	scriptHubPut       = load("hub_put")
	scriptSourceAdd    = load("source_add")
	scriptSourceRemove = load("source_remove")

	scriptOnce = load("once")

	scriptNoticeBegin = load("notice_begin")

	scriptBeat     = load("beat")
	scriptLossNote = load("loss_note")

	scriptLeaseHold    = load("lease_hold")
	scriptLeaseRelease = load("lease_release")
	scriptTurnBegin    = load("turn_begin")
	scriptTurnKeep     = load("turn_keep")
	scriptTurnEnd      = load("turn_end")
	scriptRatesTake    = load("rates_take")
	scriptRatesLearn   = load("rates_learn")

	scriptArticleStart = load("article_lib", "article_start")
	scriptAppend       = load("article_lib", "article_append")
	scriptKnown        = load("article_lib", "article_known")
	scriptSettle       = load("article_lib", "article_settle")
	scriptNext         = load("article_lib", "article_next")
	scriptAck          = load("article_lib", "article_ack")
	scriptState        = load("article_lib", "article_state")
	scriptLag          = load("article_lib", "article_lag")

	scriptEnqueue = load("outbox_lib", "enqueue")
	scriptClaim   = load("outbox_lib", "claim")
	scriptVerdict = load("outbox_lib", "verdict")
	scriptMove    = load("outbox_lib", "move")
	scriptWaiting = load("outbox_lib", "waiting")
	scriptDepth   = load("outbox_lib", "depth")
	scriptRecover = load("outbox_lib", "recover")
	scriptRevive  = load("outbox_lib", "revive")
	scriptPurge   = load("outbox_lib", "purge")
	scriptMarks   = load("outbox_lib", "purge_marks")
)

// load joins embedded files to a script; one that is missing is a mistake of
// the build.
func load(names ...string) *goredis.Script {
	var b strings.Builder
	for _, name := range names {
		text, err := sources.ReadFile("lua/" + name + ".lua")
		if err != nil {
			panic(err)
		}
		b.Write(text)
	}
	return goredis.NewScript(b.String())
}

// keys are what a script is told to work on: two of which there is neither.
// While a cluster moves a slot from node to node, a script that names one such
// key would be sent to the node that the slot moves to, and work there on the
// few keys that have arrived. With two it is told to try again on both, until
// the slot has moved.
func keys(prefix string) []string { return []string{prefix, prefix + "+"} }

// run runs a script on the keys below prefix.
func (c *Client) run(ctx context.Context, s *goredis.Script, prefix string, args ...any) *goredis.Cmd {
	return s.Run(ctx, c.db, keys(prefix), args...)
}

// scriptCall is one script of a pipeline.
type scriptCall struct {
	prefix string
	args   []any
}

// runAll runs a script once for each call, all in one pipeline. Servers that
// don't know the script yet get its text in a second one. The commands come
// back in the order of calls; err is the first error among them.
func (c *Client) runAll(ctx context.Context, s *goredis.Script, calls []scriptCall) ([]*goredis.Cmd, error) {
	cmds := make([]*goredis.Cmd, len(calls))
	send := func(which []int, eval func(context.Context, goredis.Scripter, []string, ...any) *goredis.Cmd) {
		pipe := c.db.Pipeline()
		for _, i := range which {
			cmds[i] = eval(ctx, pipe, keys(calls[i].prefix), calls[i].args...)
		}
		_, _ = pipe.Exec(ctx) // each command has its own error
	}
	all := make([]int, len(calls))
	for i := range calls {
		all[i] = i
	}
	send(all, s.EvalSha)
	var unknown []int
	for i, cmd := range cmds {
		if goredis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) > 0 {
		send(unknown, s.Eval)
	}
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, goredis.Nil) {
			return cmds, err
		}
	}
	return cmds, nil
}
