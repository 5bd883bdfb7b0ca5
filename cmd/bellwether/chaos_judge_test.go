package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

var newsNumber = regexp.MustCompile(`News (\d{4}) of`)

// shown is an article as it stands in a channel.
type shown struct {
	article int
	at      time.Time
}

// reads gives what stands in a place, as the platform has it.
func (c *chaos) reads(p chaosPlace) (all []shown) {
	c.t.Helper()
	add := func(text string, at time.Time) {
		found := newsNumber.FindStringSubmatch(text)
		if found == nil {
			c.t.Errorf("%s: strange message %q", p, text)
			return
		}
		n, _ := strconv.Atoi(found[1])
		all = append(all, shown{n, at})
	}
	if p.Platform == alerts.Slack {
		for _, m := range c.slack.Messages(p.Channel) {
			add(m.Text, m.At)
		}
		return all
	}
	for _, m := range c.discord.Messages(p.Channel) {
		add(m.Words(), m.At)
	}
	return all
}

// hits reports whether an article is about a word that a place follows.
func (p chaosPlace) hits(a chaosArticle) bool {
	return slices.ContainsFunc(a.words, func(w int) bool { return slices.Contains(p.words, w) })
}

// verdict is what is wrong with an article in a place.
type verdict struct {
	place   chaosPlace
	article int
	times   int // it is shown, in place of once or never
	at      []time.Time
}

// judge wants every alert once and in order, as the platforms have them.
func (c *chaos) judge() {
	c.t.Helper()
	wrong := c.wrongs()
	for _, v := range wrong {
		c.t.Errorf("%s, article %d: shown %d times", v.place, v.article, v.times)
	}
	c.explain(wrong)
}

// wrongs finds what is not shown as often as it should be, and complains of what
// is out of order.
func (c *chaos) wrongs() (wrong []verdict) {
	c.t.Helper()
	enqueued := c.enqueued()
	sent, pairs, vouched := map[string]int{}, 0, 0
	for _, p := range c.places {
		all := c.reads(p)
		sent[p.Platform] += len(all)
		at := map[int][]time.Time{}
		var order []int
		for _, s := range all {
			if at[s.article] = append(at[s.article], s.at); len(at[s.article]) == 1 {
				order = append(order, s.article)
			}
		}
		for n, a := range c.articles {
			if times := len(at[n]); times != 1 && p.hits(a) || times != 0 && !p.hits(a) {
				wrong = append(wrong, verdict{p, n, times, at[n]})
			}
		}
		v := c.ordered(p, order, enqueued[p.String()])
		pairs, vouched = pairs+max(0, len(order)-1), vouched+v
	}
	c.t.Logf("%d articles; %v messages by %d calls of Slack and %d of Discord; for %d of %d neighbours Redis vouches for their order",
		len(c.articles), sent, len(c.slack.Calls()), len(c.discord.Calls()), vouched, pairs)
	if vouched < pairs*9/10 && !c.lossy {
		c.t.Errorf("the order of enqueue is known for %d of %d neighbours only", vouched, pairs)
	}
	return wrong
}

// ordered complains where articles stand in another order than the one in which
// they were put into the lane, as each server has it, and gives how many
// neighbours a server knows both of.
func (c *chaos) ordered(p chaosPlace, order []int, servers []map[int]int) (vouched int) {
	c.t.Helper()
	known := make([]bool, len(order))
	for _, place := range servers {
		last, before := 0, -1
		for i, n := range order {
			at, there := place[n]
			if !there {
				continue
			}
			if at < last && !c.lossy {
				c.t.Errorf("%s: article %d comes after %d, and was enqueued before", p, n, order[before])
			}
			known[i] = known[i] || before >= 0 && before == i-1
			last, before = at, i
		}
	}
	for _, k := range known {
		if k {
			vouched++
		}
	}
	return vouched
}

// enqueued gives for each destination, and each server, the places of articles
// in the order in which they were put into its lane. That is read from what the
// servers have written on disk, so that nobody is disturbed: an article that is
// put into a lane is pushed to its list, once.
func (c *chaos) enqueued() map[string][]map[int]int {
	c.t.Helper()
	out := map[string][]map[int]int{}
	for _, server := range c.redis.servers() {
		lanes := map[string]map[int]int{}
		server.Written(c.t, func(command []string) {
			if strings.ToUpper(command[0]) != "RPUSH" || len(command) < 3 {
				return
			}
			dest, found := c.instant(command[1])
			if !found {
				return
			}
			if lanes[dest] == nil {
				lanes[dest] = map[int]int{}
			}
			for _, item := range command[2:] {
				n := c.articleOf(item)
				if _, again := lanes[dest][n]; again && !c.lossy {
					c.t.Errorf("%s: article %d was enqueued twice", dest, n)
				}
				lanes[dest][n] = len(lanes[dest])
			}
		})
		for dest, places := range lanes {
			out[dest] = append(out[dest], places)
		}
	}
	return out
}

// instant gives the destination of the key of an instant lane's list.
func (c *chaos) instant(key string) (dest string, found bool) {
	if key, found = strings.CutPrefix(key, c.prefix+"{o"); !found {
		return "", false
	}
	if _, key, found = strings.Cut(key, ":l:"); !found {
		return "", false
	}
	return strings.CutSuffix(key, "|instant")
}

// articleOf gives the article of an item of a lane, which ends with its id.
func (c *chaos) articleOf(item string) int {
	c.t.Helper()
	n, err := strconv.Atoi(item[strings.LastIndex(item, " a")+2:])
	if err != nil {
		c.t.Errorf("strange item %q in a lane", item)
	}
	return n
}

// explain shows what the replicas said of deliveries that went wrong.
func (c *chaos) explain(wrong []verdict) {
	c.t.Helper()
	if !c.t.Failed() {
		return
	}
	for i, r := range c.replicas {
		lines := strings.Split(r.log.String(), "\n")
		for n, line := range lines {
			about := n > len(lines)-20 || strings.HasPrefix(line, "process ") || strings.Contains(line, "level=ERROR")
			for _, v := range wrong {
				about = about || strings.Contains(line, fmt.Sprintf("/%s|%s", v.place.Channel, articleID(v.article)))
			}
			if about {
				c.t.Logf("replica %d: %s", i, line)
			}
		}
	}
}
