// Package terminal is the terminal as a chat platform with one person in it:
// lines that are typed, or piped in, are commands; replies and alerts are
// printed, in colour where the terminal can and plain where it can't.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Handler answers commands.
type Handler interface {
	// Handle always answers; what went wrong is in the reply's Problem.
	Handle(ctx context.Context, c chat.Command) chat.Reply
}

// Options say where the terminal is and what it can do.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Interactive edits lines behind a prompt, with a history. In and Out are
	// then the same terminal, which Run puts into raw mode while it lasts.
	// Without it In is read line by line and nothing is echoed.
	Interactive bool
	Color       bool // bold, dim and coloured text by ANSI sequences
	Hyperlinks  bool // headlines as links by OSC 8, beside the addresses as text
	// Width is the number of columns to wrap at. With 0 it is that of Out
	// where Out is a terminal, else nothing is wrapped.
	Width int
	// TimeZone is the IANA zone of the person, "" if it is not known.
	TimeZone string
}

// Terminal is both the place where commands come from and a messenger for
// alerts. Its methods may be called at the same time: a message is written
// whole, and never into another one.
type Terminal struct {
	o Options

	mu   sync.Mutex
	edit *term.Terminal // while Run edits lines
}

// New returns a terminal that reads nothing before Run is called. Alerts may
// be sent to it at once.
func New(o Options) *Terminal { return &Terminal{o: o} }

// Person is the one who sits at the terminal.
func Person() alerts.Person {
	return alerts.Person{Platform: alerts.Terminal, Workspace: "local", User: "you"}
}

// prompt stands before what is typed.
const prompt = "> "

// maxLine is the longest command in bytes.
const maxLine = 64 << 10

// ErrLeft says that the person is done, whatever else may come in.
var ErrLeft = errors.New("the person at the terminal left")

// Run hands each line to h and prints the reply, one after the other. It
// returns nil when the input ends (as by Ctrl-C and Ctrl-D) or ctx does,
// ErrLeft for exit or quit, else why reading or writing failed.
//
// A read from a terminal can't be interrupted. When ctx ends Run asks In to
// stop, by its deadline if it is a file that has one, else by Close, and waits
// for the goroutine that reads. Only where In can do neither, as os.Stdin,
// that goroutine stays in its read and ends with the program; what it reads
// is lost.
func (t *Terminal) Run(ctx context.Context, h Handler) error {
	read, closeInput, err := t.open()
	if err != nil {
		return err
	}
	defer closeInput()

	r := newReader(read)
	defer r.end(t.o.In)
	for {
		line, err := r.next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a command: %w", err)
		}
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if strings.EqualFold(line, "exit") || strings.EqualFold(line, "quit") {
			return ErrLeft
		}
		reply := h.Handle(ctx, t.command(line))
		if err := t.print(t.page().reply(reply)); err != nil {
			return fmt.Errorf("print a reply: %w", err)
		}
	}
}

func (t *Terminal) command(line string) chat.Command {
	me := Person()
	return chat.Command{Person: me, Place: me.Direct(), MayManage: true, MaySources: true, Text: line, TimeZone: t.o.TimeZone}
}

// Platform implements dispatch.Messenger.
func (t *Terminal) Platform() string { return alerts.Terminal }

// MarkIsReceipt implements dispatch.Marker: nobody can look whether a line was
// read.
func (t *Terminal) MarkIsReceipt() {}

// Send prints a delivery. A failed write is permanent for the whole platform:
// whoever read the output has gone. A write that stands still, because nobody
// empties the pipe, is not interrupted by ctx.
func (t *Terminal) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return alerts.Receipt{}, err
	}
	if err := t.print(t.page().delivery(d)); err != nil {
		return alerts.Receipt{}, alerts.Permanent(fmt.Errorf("print an alert: %w", err), alerts.ScopePlatform)
	}
	return alerts.Receipt{Messages: []string{d.Key}}, nil
}

// Write prints p as it is, above the prompt if there is one. While Run edits
// lines, everything else that is meant for the screen, such as a log, has to
// come this way.
func (t *Terminal) Write(p []byte) (int, error) {
	if err := t.print(string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Note prints a remark of the program itself: dimmed, wrapped, and above the
// prompt if there is one.
func (t *Terminal) Note(text string) error {
	p := t.page()
	p.text("", "  ", p.dim(clean(text)))
	return t.print(p.b.String())
}

// print writes one message with one call, so that a reader of a pipe has it
// whole at once.
func (t *Terminal) print(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var err error
	if t.edit != nil {
		t.resize()
		// The line editor counts a wide character as one column when it clears
		// what was typed; clearing from the left edge takes the rest.
		_, err = t.edit.Write([]byte("\r\x1b[J" + s))
	} else {
		_, err = io.WriteString(t.o.Out, s)
	}
	return err
}

func (t *Terminal) page() *page {
	return &page{color: t.o.Color, links: t.o.Hyperlinks, width: t.width(), zone: t.o.TimeZone}
}

// width gives the columns to wrap at, 0 for none.
func (t *Terminal) width() int {
	if t.o.Width > 0 {
		return t.o.Width
	}
	if f, ok := t.o.Out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

// resize tells the line editor how wide the window is now.
func (t *Terminal) resize() {
	f, ok := t.o.Out.(*os.File)
	if !ok {
		return
	}
	if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		_ = t.edit.SetSize(w, h) // it only fails to redraw
	}
}

// open gives the function that reads a line, and the one that leaves the
// terminal as it was.
func (t *Terminal) open() (read func() (string, error), closeInput func(), err error) {
	if !t.o.Interactive {
		lines := bufio.NewScanner(t.o.In)
		lines.Buffer(nil, maxLine)
		return func() (string, error) {
			if lines.Scan() {
				return lines.Text(), nil
			}
			if err := lines.Err(); err != nil {
				return "", err
			}
			return "", io.EOF
		}, func() {}, nil
	}
	restore := func() {}
	if f, ok := t.o.In.(*os.File); ok {
		state, err := term.MakeRaw(int(f.Fd()))
		if err != nil {
			return nil, nil, fmt.Errorf("put the terminal into raw mode: %w", err)
		}
		restore = func() { _ = term.Restore(int(f.Fd()), state) } // nothing could be done about it
	}
	edit := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.o.In, t.o.Out}, prompt)
	t.mu.Lock()
	t.edit = edit
	t.resize()
	t.mu.Unlock()
	return edit.ReadLine, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.edit = nil
		restore()
		_, _ = io.WriteString(t.o.Out, "\n") // leave the line of the prompt; the person is going
	}, nil
}
