package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Target is where a store is and how to reach it.
type Target struct {
	kind   string // "", "sentinel" or "cluster"
	plain  *goredis.Options
	addrs  []string
	user   string
	secret string
	master string
	db     int
	tls    bool
}

// ErrURL is why a URL was refused. It never repeats the URL, which may hold a
// password.
var ErrURL = errors.New("the Redis URL is not understood; want redis://HOST:PORT/DB, rediss://…, " +
	"unix:///PATH, redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DB or redis+cluster://HOST:PORT,HOST:PORT, " +
	"with USER:PASSWORD@ before the hosts where one is needed")

// ParseURL reads where Redis is:
//
//	redis://[user:password@]host[:6379][/db]     rediss:// with TLS
//	unix://[user:password@]/path[?db=N]
//	redis+sentinel://[user:password@]host[:26379],…/master[/db]     rediss+sentinel://
//	redis+cluster://[user:password@]host[:6379],…     rediss+cluster://
//
// A password goes to the servers and, with Sentinel, to the sentinels too.
// Special characters in it are escaped as in any URL (%40 for @). The first
// two forms take go-redis's query parameters such as dial_timeout=3s.
func ParseURL(s string) (Target, error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return Target{}, ErrURL
	}
	base, kind, _ := strings.Cut(scheme, "+")
	if kind == "" {
		o, err := goredis.ParseURL(s)
		if err != nil {
			return Target{}, ErrURL // its text may show the password
		}
		return Target{plain: o}, nil
	}
	if base != "redis" && base != "rediss" {
		return Target{}, ErrURL
	}
	t := Target{kind: kind, tls: base == "rediss"}
	if err := t.parseRest(rest); err != nil {
		return Target{}, err
	}
	return t, nil
}

func (t *Target) parseRest(rest string) error {
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, secret, _ := strings.Cut(rest[:i], ":")
		var errUser, errSecret error
		t.user, errUser = url.PathUnescape(user)
		t.secret, errSecret = url.PathUnescape(secret)
		if errUser != nil || errSecret != nil {
			return ErrURL
		}
		rest = rest[i+1:]
	}
	hosts, path, _ := strings.Cut(rest, "/")
	port := "6379"
	var parts []string
	if path != "" {
		parts = strings.Split(path, "/")
	}
	switch {
	case t.kind == "cluster" && len(parts) == 0:
	case t.kind == "sentinel" && (len(parts) == 1 || len(parts) == 2):
		port, t.master = "26379", parts[0]
		if len(parts) == 2 {
			db, err := strconv.Atoi(parts[1])
			if err != nil || db < 0 {
				return ErrURL
			}
			t.db = db
		}
	default:
		return ErrURL
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if host == "" {
			return ErrURL
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		t.addrs = append(t.addrs, host)
	}
	return nil
}

// String tells where the store is, without user and password.
func (t Target) String() string {
	switch t.kind {
	case "sentinel":
		return fmt.Sprintf("master %s of the sentinels %s", t.master, strings.Join(t.addrs, ", "))
	case "cluster":
		return "cluster " + strings.Join(t.addrs, ", ")
	}
	if t.plain == nil {
		return "nowhere"
	}
	return t.plain.Addr
}

// A cluster's map of nodes is read again this often at least, besides after
// every failed connection.
const clusterReload = 10 * time.Second

func (t Target) connect() goredis.UniversalClient {
	// Its own log goes to standard error and tells nothing that the errors
	// don't.
	goredis.SetLogger(silent{})
	var conf *tls.Config
	if t.tls {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch t.kind {
	case "sentinel":
		return goredis.NewFailoverClient(&goredis.FailoverOptions{
			MasterName: t.master, SentinelAddrs: t.addrs, DB: t.db,
			Username: t.user, Password: t.secret, SentinelUsername: t.user, SentinelPassword: t.secret,
			TLSConfig: conf, Protocol: 2, DisableIdentity: true, ContextTimeoutEnabled: true,
		})
	case "cluster":
		c := goredis.NewClusterClient(&goredis.ClusterOptions{
			Addrs: t.addrs, Username: t.user, Password: t.secret, TLSConfig: conf,
			Protocol: 2, DisableIdentity: true, ContextTimeoutEnabled: true,
			ClusterStateReloadInterval: clusterReload, MaintNotificationsConfig: quiet,
		})
		c.AddHook(reloader{c})
		return c
	}
	o := *t.plain
	o.Protocol, o.DisableIdentity, o.ContextTimeoutEnabled, o.MaintNotificationsConfig = 2, true, true, quiet
	return goredis.NewClient(&o)
}

// silent takes go-redis's log.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// reloader has a cluster's map read again when a node can't be reached:
// go-redis by itself would go on trying the dead master until its next reload.
type reloader struct{ c *goredis.ClusterClient }

func (r reloader) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		if err != nil {
			r.c.ReloadState(ctx)
		}
		return conn, err
	}
}

func (r reloader) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

func (r reloader) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}
