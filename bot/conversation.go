package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Config is what a Bot works with. Only Logger and Metrics may be nil.
type Config struct {
	Store   SubscriptionStore
	Archive Archive
	Outbox  Outbox
	Sources Sources
	// Added and Feeds are for people who change what is read; nil where nobody may.
	Added SourceStore
	Feeds Feeds
	// Hold tells why no source is read now, empty if they are; nil never does.
	Hold func() string
	// AnHour is how many alerts an hour come one by one to a destination that
	// says nothing else of it; 0 sets no limit.
	AnHour int
	Now    func() time.Time
	Logger *slog.Logger
	// Metrics shows what is counted.
	Metrics prometheus.Registerer
}

// Bot answers commands. It keeps no state of its own but the latest replies,
// so any number of replicas may answer at the same time.
type Bot struct {
	store   SubscriptionStore
	archive Archive
	outbox  Outbox
	sources Sources
	added   SourceStore
	feeds   Feeds
	hold    func() string
	anHour  int
	now     func() time.Time
	log     *slog.Logger
	replies *memo
	metrics metrics
}

// New returns a Bot.
func New(c Config) *Bot {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Hold == nil {
		c.Hold = func() string { return "" }
	}
	return &Bot{
		store: c.Store, archive: c.Archive, outbox: c.Outbox, sources: c.Sources, added: c.Added, feeds: c.Feeds, hold: c.Hold, anHour: c.AnHour,
		now: c.Now, log: c.Logger, replies: newMemo(),
		metrics: newMetrics(c.Metrics),
	}
}

// request is a command on its way to an answer.
type request struct {
	chat.Command
	place alerts.Destination // what the command acts on: Place, or the person's own
	mine  bool               // "me:" was said, and place is not where it was said
	verb  *verb
	args  string
	// public: everyone in the place is to see the reply.
	public bool
	// changed: something was stored, whatever the reply says.
	changed bool
	now     time.Time
}

// Handle does what c asks and answers it. It never fails and never panics:
// what goes wrong inside is logged once, and the person is asked to try again.
// A Command.ID among the latest thousand or so that this Bot has answered gets
// the same reply again and has no second effect.
func (b *Bot) Handle(ctx context.Context, c chat.Command) chat.Reply {
	if c.ID == "" {
		r, _ := b.answer(ctx, c)
		return r
	}
	return b.replies.once(ctx, c.Person.String()+" "+c.ID, func() (chat.Reply, bool) { return b.answer(ctx, c) })
}

// answer gives the reply, and whether it is settled: a command that failed for
// a reason of our own may be given again under the same ID.
func (b *Bot) answer(ctx context.Context, c chat.Command) (r chat.Reply, settled bool) {
	q := &request{Command: c, place: c.Place, now: b.now()}
	begun := time.Now()
	defer func() { b.metrics.answered(q, begun, r, settled) }()
	defer func() {
		if p := recover(); p != nil {
			b.report(ctx, q, fmt.Errorf("panic: %v", p), slog.String("stack", string(debug.Stack())))
			r, settled = failed(q), false
		}
	}()
	if said := understand(q); said != nil {
		return *said, true
	}
	if q.verb.changes && (q.args != "" || !q.verb.asks) && !mayManage(q) {
		return q.refused(), true
	}
	r, err := b.do(ctx, q)
	if err != nil {
		b.report(ctx, q, err)
		return failed(q), false
	}
	r.Changed = r.Changed || q.changed || r.Undo != nil
	r.Public = q.public && r.Problem == nil && r.Attachment == nil && !q.verb.personal
	return r, true
}

// mayManage: everyone manages their own direct message, whatever the platform
// said about it.
func mayManage(q *request) bool {
	return q.MayManage || q.place == q.Person.Direct()
}

func (b *Bot) report(ctx context.Context, q *request, err error, more ...slog.Attr) {
	word := ""
	if q.verb != nil {
		word = q.verb.word
	}
	b.log.LogAttrs(ctx, slog.LevelError, "command failed", append([]slog.Attr{
		slog.String("command", word), slog.String("event", q.ID),
		slog.String("destination", q.place.String()), slog.String("person", q.Person.String()),
		slog.Any("error", err),
	}, more...)...)
}

// failed is the reply to an error of our own.
func failed(q *request) chat.Reply {
	if q.verb != nil && q.verb.changes {
		return problem("That could not be stored. Please try again in a moment.")
	}
	return problem("That could not be looked up. Please try again in a moment.")
}

// refused is the reply to someone who may not change what they asked for.
func (q *request) refused() chat.Reply {
	r := problem("Only people who manage this channel can change its alerts.")
	if q.verb.word == "subscribe" && q.args != "" {
		r.Hints = []string{"to hear of it in a direct message: " + code("subscribe me: "+q.args)}
	} else {
		r.Hints = []string{
			"the same for your own alerts: " + code(joined(q.verb.word, "me: "+q.args)),
			code("list mine"),
		}
	}
	return r
}

func problem(text string) chat.Reply { return chat.Reply{Problem: &chat.Problem{Text: text}} }
