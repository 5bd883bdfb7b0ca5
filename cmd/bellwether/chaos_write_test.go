package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// chaosPace is the time between two articles.
const chaosPace = 500 * time.Millisecond

func articleID(n int) string { return fmt.Sprintf("a%04d", n) }

// write has articles come in until it is told to stop: two of three into the
// log, as by a push, the third as a file of the folder that all replicas watch.
// Some files come again, later and under another name.
func (c *chaos) write(stop <-chan struct{}) error {
	r := rand.New(rand.NewPCG(c.seed, 4))
	away := c.t.TempDir()
	for n := 0; ; n++ {
		pace := time.After(chaosPace)
		words := r.Perm(chaosWords)[:2]
		a := alerts.Article{
			ID: articleID(n), Received: time.Now(), Language: "en",
			Title: fmt.Sprintf("News %04d of %s and %s", n, word(words[0]), word(words[1])),
		}
		c.articles = append(c.articles, chaosArticle{words: words, begun: time.Now()})
		write := c.push
		if n%3 == 2 {
			write = func(a alerts.Article) error { return file(away, c.wires, a.ID, a) }
		}
		if err := write(a); err != nil {
			return err
		}
		c.articles[n].done = time.Now()
		if n%9 == 8 {
			a.ID, a.Title = articleID(n-6), c.title(n-6)
			if err := file(away, c.wires, a.ID+"-again", a); err != nil {
				return err
			}
		}
		select {
		case <-stop:
			return nil
		case <-pace:
		}
	}
}

func (c *chaos) title(n int) string {
	words := c.articles[n].words
	return fmt.Sprintf("News %04d of %s and %s", n, word(words[0]), word(words[1]))
}

// push logs an article, as often as that takes.
func (c *chaos) push(a alerts.Article) error {
	ctx := c.t.Context()
	return persist(ctx, func() (bool, error) {
		_, _, err := c.client.Articles().Append(ctx, a, false)
		return err == nil, err
	})
}

// file puts an article into a folder, whole at once.
func file(away, folder, name string, a alerts.Article) error {
	line, err := json.Marshal(map[string]string{"id": a.ID, "title": a.Title, "language": a.Language})
	if err != nil {
		return err
	}
	path := filepath.Join(away, name)
	if err := os.WriteFile(path, line, 0o600); err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(folder, name+".jsonl"))
}

// persist tries f until it says that it is done. Redis may be away.
func persist(ctx context.Context, f func() (bool, error)) error {
	limit := time.Now().Add(2 * time.Minute)
	for {
		done, err := f()
		switch {
		case done:
			return nil
		case ctx.Err() != nil || time.Now().After(limit):
			return errors.Join(errors.New("it did not come to this"), err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// matched reports whether every file is read, and every article of the log
// acknowledged.
func (c *chaos) matched(ctx context.Context) (bool, error) {
	files, err := os.ReadDir(c.wires)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".jsonl") {
			return false, fmt.Errorf("%s is not read", f.Name())
		}
	}
	log := c.prefix + "{a}:log"
	last, err := c.raw.XRevRangeN(ctx, log, "+", "-", 1).Result()
	if err != nil || len(last) == 0 {
		return false, err
	}
	groups, err := c.raw.XInfoGroups(ctx, log).Result()
	if err != nil || len(groups) != 1 {
		return false, err
	}
	if groups[0].LastDeliveredID != last[0].ID || groups[0].Pending > 0 {
		return false, fmt.Errorf("of the log up to %s, %s was read, and %d are pending", last[0].ID, groups[0].LastDeliveredID, groups[0].Pending)
	}
	return true, nil
}

// settle waits until all is sent, and ends the replicas.
func (c *chaos) settle() {
	c.t.Helper()
	ctx := c.t.Context()
	if err := persist(ctx, func() (bool, error) { return c.matched(ctx) }); err != nil {
		c.t.Errorf("not all is matched: %v", err)
	}
	err := persist(ctx, func() (bool, error) {
		due, later, err := c.client.Outbox().Depth(ctx)
		if err == nil && due+later > 0 {
			err = fmt.Errorf("%d are due, %d later", due, later)
		}
		return err == nil, err
	})
	if err != nil {
		c.t.Errorf("the outbox is not empty: %v", err)
	}
	for i, r := range c.replicas {
		if err := r.end(); err != nil {
			c.t.Errorf("replica %d: %v", i, err)
		}
	}
}
