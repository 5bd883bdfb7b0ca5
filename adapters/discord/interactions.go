package discord

import (
	"bytes"
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/bot/chat"
)

const (
	// promptTime is how long an interaction may take to be answered at once;
	// after that the person sees that work goes on. Discord gives three seconds.
	// Source: https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction
	promptTime = 1500 * time.Millisecond
	// choicesTime is the same for autocomplete, which can't be put off.
	choicesTime = 2 * time.Second
	// respondTime bounds the call that answers what came by the gateway.
	respondTime = 3 * time.Second
)

// What is said when something can't be done.
const (
	busyText  = "Bellwether has too much to do just now. Please try again in a moment."
	sorryText = "That could not be done just now. Please try again in a moment."
	lateText  = "That took too long for Discord. Please try again."
)

// answer is what an interaction comes to.
type answer struct {
	kind    answerKind
	message embed.Message
	public  bool             // everyone in the place sees it
	file    *chat.Attachment // goes with the message
	modal   *discordgo.InteractionResponseData
	choices []choice
}

type answerKind uint8

const (
	say    answerKind = iota // a message of its own
	change                   // the message that was pressed becomes this
	ask                      // a modal
	offer                    // choices
)

func said(m embed.Message) answer { return answer{message: m} }

// problem says what went wrong.
func problem(text string, hints ...string) chat.Reply {
	return chat.Reply{Problem: &chat.Problem{Text: text}, Hints: hints}
}

func sorry(text string) answer {
	return said(embed.Reply(problem(text), embed.ReplyOptions{Slash: true}))
}

// deed is what an interaction asks for, and how it is put off.
type deed struct {
	work func(ctx context.Context) answer
	// presses: a message was pressed, and becomes something else.
	presses bool
	public  bool
	prompt  time.Duration // 0: it can't be put off
}

// interaction takes one by either way in and gives what answers it at once.
// sent has to be called when that is on its way. ok is false for one that is no
// business of ours or was here before, and gets no answer.
func (a *App) interaction(i *discordgo.Interaction) (r response, sent func(), ok bool) {
	nothing := func() {}
	if i.Type == discordgo.InteractionPing {
		return response{Type: discordgo.InteractionResponsePong}, nothing, true
	}
	o, ok := of(i)
	if !ok {
		return response{}, nothing, false
	}
	d, ok := a.deed(o, i)
	if !ok {
		return response{}, nothing, false
	}
	if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
		return a.complete(d), nothing, true
	}
	return a.prompt(o, i, d)
}

// deed reads what an interaction asks for.
func (a *App) deed(o origin, i *discordgo.Interaction) (deed, bool) {
	switch data := i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		c, ok := readCommand(data)
		if !ok {
			return deed{}, false
		}
		if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
			return deed{work: func(ctx context.Context) answer {
				return answer{kind: offer, choices: a.choices(ctx, o, c)}
			}}, true
		}
		return deed{work: func(ctx context.Context) answer { return a.command(ctx, o, c) }, public: c.flag(optPublic), prompt: promptTime}, true
	case discordgo.MessageComponentInteractionData:
		return a.press(o, i, data)
	case discordgo.ModalSubmitInteractionData:
		return deed{work: func(ctx context.Context) answer { return a.submitted(ctx, o, data) }, prompt: promptTime}, true
	}
	return deed{}, false
}

// complete gives choices, or none when that takes too long: nobody waits for
// them, and nothing is changed.
func (a *App) complete(d deed) response {
	ctx, cancel := context.WithTimeout(context.Background(), choicesTime)
	defer cancel()
	all := []choice{}
	func() {
		defer func() {
			if p := recover(); p != nil {
				a.Logger.ErrorContext(ctx, "discord: autocomplete panicked", "panic", p, "stack", string(debug.Stack()))
			}
		}()
		all = append(all, d.work(ctx).choices...)
	}()
	return response{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: map[string]any{"choices": all}}
}

// slot is where the answer to an interaction is put: by the one who was in
// time.
type slot struct {
	mu    sync.Mutex
	late  bool
	again bool
	got   *answer
	done  chan struct{} // closed when got or again is set
	sent  chan struct{} // closed when the first answer is on its way
}

// put gives the answer to the one who waits; false when nobody does any more.
func (s *slot) put(got *answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.late {
		return false
	}
	s.got, s.again = got, got == nil
	close(s.done)
	return true
}

// prompt carries a deed out and answers with what it comes to, or, when that
// takes long, shows that work goes on and the answer after that.
func (a *App) prompt(o origin, i *discordgo.Interaction, d deed) (r response, sent func(), ok bool) {
	s := &slot{done: make(chan struct{}), sent: make(chan struct{})}
	sent = sync.OnceFunc(func() { close(s.sent) })
	taken := a.desk.Do(o.line(), func(ctx context.Context) {
		if !a.first(ctx, o) {
			s.put(nil)
			return
		}
		got := sorry(sorryText) // of a panic, which the desk contains
		defer func() {
			if !s.put(&got) {
				a.afterwards(ctx, o, i, d, s, got)
			}
		}()
		got = d.work(ctx)
	})
	if !taken {
		return sorry(busyText).response(), sent, true
	}
	timer := time.NewTimer(d.prompt)
	defer timer.Stop()
	select {
	case <-s.done:
	case <-timer.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.again:
		return response{}, sent, false
	case s.got != nil && s.got.file == nil:
		return s.got.response(), sent, true
	}
	if s.got != nil { // a file can't go with a first answer
		got := *s.got
		a.desk.Do(o.line(), func(ctx context.Context) { a.afterwards(ctx, o, i, d, s, got) })
	}
	s.late = true
	return d.putOff(), sent, true
}

// putOff shows that work goes on.
func (d deed) putOff() response {
	if d.presses {
		return response{Type: discordgo.InteractionResponseDeferredMessageUpdate}
	}
	r := response{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
	if !d.public {
		r.Data = map[string]any{"flags": discordgo.MessageFlagsEphemeral}
	}
	return r
}

// afterwards shows an answer to an interaction that was put off.
func (a *App) afterwards(ctx context.Context, o origin, i *discordgo.Interaction, d deed, s *slot, got answer) {
	select {
	case <-s.sent:
	case <-ctx.Done():
		return
	}
	if got.kind == ask { // a form can't be put off
		got = sorry(lateText)
	}
	show, p := a.Client.edit, message(got.message) // who sees it was said when it was put off
	if d.presses && got.kind == say {
		show, p = a.Client.follow, got.payload()
	}
	if err := a.insist(ctx, func() error { return show(ctx, i, p, files(got.file)...) }); err != nil {
		a.warn(ctx, o, "show an answer", err)
	}
}

// codeWebhook: Discord does not know of the first answer yet.
const codeWebhook = 10015

// insist shows an answer again when Discord does not know yet of the one that
// it follows: by HTTP that may still be on its way.
func (a *App) insist(ctx context.Context, show func() error) error {
	const tries, pause = 5, 200 * time.Millisecond
	var err error
	for range tries {
		err = show()
		if c := code(err); c != codeWebhook && c != discordgo.ErrCodeUnknownMessage {
			return err
		}
		if !sleep(ctx, pause) {
			return errors.Join(err, ctx.Err())
		}
	}
	return err
}

// response is the answer as the first one.
func (g answer) response() response {
	switch g.kind {
	case ask:
		return response{Type: discordgo.InteractionResponseModal, Data: g.modal}
	case change:
		return response{Type: discordgo.InteractionResponseUpdateMessage, Data: message(g.message)}
	}
	return response{Type: discordgo.InteractionResponseChannelMessageWithSource, Data: g.payload()}
}

// payload is the answer as a message of its own.
func (g answer) payload() payload {
	p := message(g.message)
	if !g.public {
		p.Flags = discordgo.MessageFlagsEphemeral
	}
	return p
}

// files are what goes with a message.
func files(f *chat.Attachment) []*discordgo.File {
	if f == nil {
		return nil
	}
	return []*discordgo.File{file(f.Name, f.Type, bytes.NewReader(f.Data))}
}

// fromGateway takes an interaction that the gateway brought, and answers it by
// a call.
func (a *App) fromGateway(i *discordgo.Interaction) {
	r, sent, ok := a.interaction(i)
	defer sent()
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), respondTime)
	defer cancel()
	if err := a.Client.respond(ctx, i, r); err != nil {
		o, _ := of(i)
		a.warn(ctx, o, "answer an interaction", err)
	}
}
