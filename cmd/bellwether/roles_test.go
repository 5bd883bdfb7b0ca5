package main

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

// TestRoles divides the work among replicas of one role each, and takes some of
// them away.
func TestRoles(t *testing.T) {
	s := newSlackFake(t)
	replica := func(roles string) *exec.Cmd {
		// Who is killed between Slack's answer and the record of it keeps its lease.
		settings := append(s.settings(), "BELLWETHER_ROLES="+roles, "BELLWETHER_DELIVERY_LEASE=5s")
		if roles != "chat" {
			settings = append(settings, "BELLWETHER_HTTP_LISTEN=")
		}
		return s.launch(settings...)
	}
	gone := func(cmd *exec.Cmd, by syscall.Signal) {
		t.Helper()
		if err := cmd.Process.Signal(by); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); by == syscall.SIGINT && err != nil {
			t.Errorf("it ended with %v\n%s", err, s.stderr)
		}
	}
	chat, ingest, match, deliver := replica("chat"), replica("ingest"), replica("match"), replica("deliver")
	s.until("it serves", func() bool { return healthcheck(t.Context(), s.listen) == nil })
	s.install()
	s.fake.Command("U1", "C1", "subscribe ferry")
	s.answered("U1", "C1", 1, "Following ", "as number 1.")
	s.write("a.txt", "Ferry line to close\n\nThe last ferry sails in May.\n\nhttps://news.example.org/ferry\n")
	s.shows(s.fake.AwaitMessages("C1", 1)[0], "Ferry line to close")

	gone(ingest, syscall.SIGKILL)
	gone(deliver, syscall.SIGKILL)
	gone(match, syscall.SIGINT)
	s.write("b.txt", "Ferry is sold\n\nThe last ferry was sold.\n\nhttps://news.example.org/sold\n")
	rest, other := replica("ingest,match,deliver"), replica("ingest,deliver")
	s.shows(s.fake.AwaitMessages("C1", 2)[1], "Ferry is sold")
	s.fake.Command("U1", "C1", "sources")
	s.answered("U1", "C1", 2, "1 source, and it is well", "2 items in 7 days")
	for _, cmd := range []*exec.Cmd{chat, rest, other} {
		gone(cmd, syscall.SIGINT)
	}
	if n := len(s.fake.Messages("C1")); n != 2 {
		t.Errorf("%d alerts, want 2", n)
	}
}

func TestSetRoles(t *testing.T) {
	var c config
	if err := setRoles(&c, "match, chat"); err != nil || !slices.Equal(c.roles, []role{roleMatch, roleChat}) || !c.divided() {
		t.Errorf("roles = %v, %v", c.roles, err)
	}
	if err := setRoles(&c, "ingest,match,deliver,chat"); err != nil || c.divided() {
		t.Errorf("roles = %v, %v", c.roles, err)
	}
	for _, wrong := range []string{"", "match,", "all", "Match"} {
		if err := setRoles(&c, wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// TestStagesEndInOrder: each stage is left alone until those before it have
// ended.
func TestStagesEndInOrder(t *testing.T) {
	wrong := errors.New("no more")
	for _, c := range []struct {
		name string
		end  func(stop context.CancelFunc) part
		want string
	}{
		{"by its context", func(stop context.CancelFunc) part {
			return part{name: "door", run: func(ctx context.Context) error { stop(); <-ctx.Done(); return nil }}
		}, ""},
		{"by a part that fails", func(context.CancelFunc) part {
			return part{name: "door", run: func(context.Context) error { return wrong }}
		}, "door: no more"},
		{"by the last one who leaves", func(context.CancelFunc) part {
			return part{name: "door", run: func(context.Context) error { return nil }, last: true}
		}, ""},
		{"by one who says that it was the last", func(context.CancelFunc) part {
			return part{name: "door", run: func(context.Context) error { return errLast }}
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				var ended []string
				waits := func(name string) part {
					return part{name: name, run: func(ctx context.Context) error {
						<-ctx.Done()
						ended = append(ended, name)
						return nil
					}}
				}
				err := serve(ctx, [][]part{{c.end(stop)}, {waits("first")}, {waits("second")}, {waits("third")}})
				if got := strings.Join(ended, " "); got != "first second third" {
					t.Errorf("ended: %s", got)
				}
				if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
					t.Errorf("error %v, want %q", err, c.want)
				}
			})
		})
	}
}
