package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handler answers with a function.
type handler func(context.Context, chat.Command) chat.Reply

func (h handler) Handle(ctx context.Context, c chat.Command) chat.Reply { return h(ctx, c) }

func echo(_ context.Context, c chat.Command) chat.Reply { return chat.Reply{Text: "heard " + c.Text} }

// screen is a buffer that tests can wait on.
type screen struct {
	mu   sync.Mutex
	cond *sync.Cond
	b    bytes.Buffer
}

func newScreen() *screen {
	s := &screen{}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cond.Broadcast()
	return s.b.Write(p)
}

// await returns when the screen's text holds want behind from, and gives the
// place behind it.
func (s *screen) await(from int, want string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if i := strings.Index(s.b.String()[from:], want); i >= 0 {
			return from + i + len(want)
		}
		s.cond.Wait()
	}
}

func TestRunReadsLinesToTheEnd(t *testing.T) {
	var out bytes.Buffer
	var got []chat.Command
	term := New(Options{In: strings.NewReader("subscribe tariff\r\n\n  list  \nhelp"), Out: &out, TimeZone: "Europe/Brussels"})
	err := term.Run(t.Context(), handler(func(ctx context.Context, c chat.Command) chat.Reply {
		got = append(got, c)
		return echo(ctx, c)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if want := "heard subscribe tariff\n\nheard list\n\nheard help\n\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
	me := alerts.Person{Platform: "terminal", Workspace: "local", User: "you"}
	want := chat.Command{Person: me, Place: me.Direct(), MayManage: true, MaySources: true, Text: "list", TimeZone: "Europe/Brussels"}
	if len(got) != 3 || got[1] != want {
		t.Errorf("commands %+v, want the second to be %+v", got, want)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	in, typed := io.Pipe()
	defer typed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	out := newScreen()
	ended := make(chan error)
	go func() { ended <- New(Options{In: in, Out: out}).Run(ctx, handler(echo)) }()
	if _, err := io.WriteString(typed, "list\n"); err != nil {
		t.Fatal(err)
	}
	out.await(0, "heard list\n\n")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
}

func TestRunTellsWhyItFailed(t *testing.T) {
	broken := errors.New("input gone")
	tests := []struct {
		name string
		o    Options
		want error
		says string
	}{
		{"read", Options{In: io.MultiReader(strings.NewReader("list\n"), errReader{broken}), Out: io.Discard}, broken, "read a command"},
		{"write", Options{In: strings.NewReader("list\n"), Out: brokenPipe{}}, errPipe, "print a reply"},
		{"long line", Options{In: strings.NewReader(strings.Repeat("a", maxLine+1)), Out: io.Discard}, nil, "token too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := New(tt.o).Run(t.Context(), handler(echo))
			if err == nil || !strings.Contains(err.Error(), tt.says) || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Errorf("Run = %v, want %q around %v", err, tt.says, tt.want)
			}
		})
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestInteractive(t *testing.T) {
	tests := []struct {
		name, leave string
		want        error
	}{
		{"control D", "\x04", nil}, {"control C", "\x03", nil}, {"exit", "exit\r", ErrLeft}, {"quit", "QUIT\r", ErrLeft},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, typed := io.Pipe()
			out := newScreen()
			term := New(Options{In: in, Out: out, Interactive: true})
			ended := make(chan error)
			go func() { ended <- term.Run(t.Context(), handler(echo)) }()
			at := out.await(0, prompt)
			_, _ = io.WriteString(typed, "li")
			at = out.await(at, "li")
			if _, err := term.Send(t.Context(), alerts.Delivery{Alerts: []alerts.Alert{steelAlert(t)}}); err != nil {
				t.Fatal(err)
			}
			at = out.await(at, "Ministry cuts steel quota as tariffs rise\r\n")
			at = out.await(at, prompt+"li") // what was typed stands behind the prompt again
			_, _ = io.WriteString(typed, "st\r")
			at = out.await(at, "heard list\r\n\r\n")
			at = out.await(at, prompt)
			_, _ = io.WriteString(typed, tt.leave)
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("Run = %v, want %v", err, tt.want)
			}
			if _, err := term.Write([]byte("bye\n")); err != nil {
				t.Error(err)
			}
			if got := out.b.String(); !strings.HasSuffix(got, "\nbye\n") {
				t.Errorf("after the end the output is %q, want it plain again", got[at:])
			}
		})
	}
}

func TestInteractiveEndsWithItsContext(t *testing.T) {
	in, typed := io.Pipe()
	defer typed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	out := newScreen()
	ended := make(chan error)
	go func() {
		ended <- New(Options{In: in, Out: out, Interactive: true}).Run(ctx, handler(echo))
	}()
	out.await(0, prompt)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
}

// TestMessagesStayWhole: replies and alerts that come at the same time are
// each in one piece.
func TestMessagesStayWhole(t *testing.T) {
	const each = 50
	var writes writeLog
	term := New(Options{In: strings.NewReader(strings.Repeat("list\n", each)), Out: &writes})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range each {
				if _, err := term.Send(t.Context(), alerts.Delivery{Alerts: []alerts.Alert{steelAlert(t)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if err := term.Run(t.Context(), handler(echo)); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if len(writes) != 4*each {
		t.Errorf("%d writes for %d messages", len(writes), 4*each)
	}
	for _, w := range writes {
		if w != "heard list\n\n" && (!strings.HasPrefix(w, "Ministry cuts") || !strings.HasSuffix(w, "list\n\n")) {
			t.Errorf("a write of %q", w)
		}
	}
}

// writeLog keeps every Write; only Terminal keeps calls apart.
type writeLog []string

func (w *writeLog) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

func TestSendOfAnEndedContextPrintsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if _, err := New(Options{Out: &out}).Send(ctx, alerts.Delivery{}); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("Send = %v and printed %q", err, out.String())
	}
}

func TestNoteIsWrappedAndClean(t *testing.T) {
	s := newScreen()
	if err := New(Options{Out: s, Width: 24}).Note("Trade News can't be read:\x1b[2J no answer in time"); err != nil {
		t.Fatal(err)
	}
	if got, want := s.b.String(), "Trade News can't be\n  read: no answer in\n  time\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A terminal that can't edit lines is not Interactive, and people leave it too.
func TestExitEndsPlainInput(t *testing.T) {
	s := newScreen()
	err := New(Options{In: strings.NewReader("a\nExit\nb\n"), Out: s}).Run(t.Context(), handler(echo))
	if got := s.b.String(); !errors.Is(err, ErrLeft) || got != "heard a\n\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
