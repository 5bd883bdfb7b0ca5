package dispatch_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
)

// The environment by which the kill tests tell a copy of the test binary to be
// the program that is killed.
const (
	helperRedis  = "BELLWETHER_HELPER_REDIS"
	helperPrefix = "BELLWETHER_HELPER_PREFIX"
	helperFile   = "BELLWETHER_HELPER_FILE"   // where messages are shown
	helperFinder = "BELLWETHER_HELPER_FINDER" // 1: the messenger can look
	helperEdge   = "BELLWETHER_HELPER_EDGE"   // "after send A 3": stop there; empty: run to the end
)

func TestMain(m *testing.M) {
	if os.Getenv(helperRedis) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := help(context.Background()); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("finished")
}

// help matches what the article log holds and sends it, until nothing is left.
func help(ctx context.Context) error {
	client, err := redis.Open(ctx, redis.Options{
		URL: os.Getenv(helperRedis), Prefix: os.Getenv(helperPrefix), Shards: 2, Consumer: "helper", Solo: true,
	})
	if err != nil {
		return err
	}
	e := &edges{stop: os.Getenv(helperEdge), met: map[string]int{}}
	outbox := steppedOutbox{client.Outbox(), e}
	past := func() time.Time { return time.Now().Add(-2 * time.Hour) } // digests are due at once
	m := matching.New(matching.Config{
		Log: steppedLog{client.Articles(), e}, Subscriptions: client.Subscriptions(), Outbox: outbox, Batch: 1, Now: past,
	})
	if err := m.Drain(ctx); err != nil {
		return err
	}
	var messenger dispatch.Messenger = paper{os.Getenv(helperFile), e}
	if os.Getenv(helperFinder) != "" {
		messenger = readPaper{paper{os.Getenv(helperFile), e}}
	}
	d := dispatch.New(dispatch.Config{
		Outbox: outbox, Articles: client.Articles(), Subscriptions: client.Subscriptions(),
		Messengers: []dispatch.Messenger{messenger}, Workers: 1,
	})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for {
		due, later, err := client.Outbox().Depth(ctx)
		if err != nil {
			return err
		}
		if due+later == 0 {
			stop()
			return <-done
		}
		if err := client.Outbox().Wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// edges stops the program for good where it is told to.
type edges struct {
	stop string
	met  map[string]int // one goroutine at a time meets edges: there is one worker
}

func (e *edges) at(edge, channel string) {
	edge = strings.TrimSpace(edge + " " + channel)
	e.met[edge]++
	if e.stop == edge+" "+strconv.Itoa(e.met[edge]) {
		fmt.Println("stopped")
		select {}
	}
}

type steppedOutbox struct {
	*redis.Outbox
	edges *edges
}

func (o steppedOutbox) Enqueue(ctx context.Context, p []alerts.Pending) (int, error) {
	o.edges.at("before enqueue", p[0].Lane.Destination.Channel)
	defer o.edges.at("after enqueue", p[0].Lane.Destination.Channel)
	return o.Outbox.Enqueue(ctx, p)
}

func (o steppedOutbox) Claim(ctx context.Context, n int, lease time.Duration) ([]alerts.Claim, error) {
	claims, err := o.Outbox.Claim(ctx, n, lease)
	if len(claims) > 0 {
		o.edges.at("after claim", claims[0].Lane.Destination.Channel)
	}
	return claims, err
}

func (o steppedOutbox) Sending(ctx context.Context, c alerts.Claim, keys ...string) error {
	o.edges.at("before sending", c.Lane.Destination.Channel)
	defer o.edges.at("after sending", c.Lane.Destination.Channel)
	return o.Outbox.Sending(ctx, c, keys...)
}

func (o steppedOutbox) Done(ctx context.Context, c alerts.Claim, message string, r alerts.Receipt, next time.Time, keys ...string) error {
	o.edges.at("before done", c.Lane.Destination.Channel)
	defer o.edges.at("after done", c.Lane.Destination.Channel)
	return o.Outbox.Done(ctx, c, message, r, next, keys...)
}

type steppedLog struct {
	*redis.Articles
	edges *edges
}

func (l steppedLog) Ack(ctx context.Context, tokens ...string) error {
	l.edges.at("before ack", "")
	defer l.edges.at("after ack", "")
	return l.Articles.Ack(ctx, tokens...)
}

// paper shows messages as the terminal does: once written, they are read. It
// can't look for them.
type paper struct {
	file  string
	edges *edges
}

func (paper) Platform() string { return alerts.Terminal }

func (p paper) Send(_ context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	f, err := os.OpenFile(p.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return alerts.Receipt{}, err
	}
	defer f.Close()
	line := d.Key + "\t" + d.Destination.Channel
	for _, a := range d.Alerts {
		line += "\t" + a.Article.ID
	}
	_, err = f.WriteString(line + "\n")
	p.edges.at("after send", d.Destination.Channel)
	return alerts.Receipt{Messages: []string{d.Key}}, err
}

// readPaper is a paper that can look.
type readPaper struct{ paper }

func (p readPaper) Find(_ context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	f, err := os.Open(p.file)
	if os.IsNotExist(err) {
		return alerts.Receipt{}, false, nil
	}
	if err != nil {
		return alerts.Receipt{}, false, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, _, _ := strings.Cut(lines.Text(), "\t"); key == d.Key {
			return alerts.Receipt{Messages: []string{key}}, true, nil
		}
	}
	return alerts.Receipt{}, false, nil
}
