package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// Workspaces keeps the workspaces that installed the app.
type Workspaces struct {
	c *Client
	s *Subscriptions
}

// Workspaces gives the client's workspaces.
func (c *Client) Workspaces() *Workspaces { return &Workspaces{c: c, s: c.Subscriptions()} }

type workspaceJSON struct {
	Name    string `json:"n,omitempty"`
	App     string `json:"a,omitempty"`
	BotUser string `json:"b,omitempty"`
	Sealed  []byte `json:"s,omitempty"` // base64
	Members bool   `json:"m,omitempty"`
	Since   int64  `json:"i,omitempty"`
	Gone    int64  `json:"u,omitempty"`
}

// workspaceName is what begins every destination of a workspace.
func workspaceName(platform, id string) string {
	return url.PathEscape(platform) + "/" + url.PathEscape(id)
}

func decodeWorkspace(name, record string) (alerts.Workspace, error) {
	fail := func(err error) (alerts.Workspace, error) {
		return alerts.Workspace{}, fmt.Errorf("workspace %s: %w", name, err)
	}
	p, i, found := strings.Cut(name, "/")
	platform, errPlatform := url.PathUnescape(p)
	id, errID := url.PathUnescape(i)
	rev, text, foundText := strings.Cut(record, " ")
	revision, errRevision := strconv.ParseUint(rev, 10, 64)
	if err := errors.Join(errPlatform, errID, errRevision); err != nil {
		return fail(err)
	}
	if !found || !foundText {
		return fail(errRecord)
	}
	var j workspaceJSON
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return fail(err)
	}
	return alerts.Workspace{
		Platform: platform, ID: id, Name: j.Name, App: j.App, BotUser: j.BotUser, Secret: j.Sealed,
		MembersManage: j.Members, Installed: instant(j.Since), Uninstalled: instant(j.Gone), Revision: revision,
	}, nil
}

// Workspace gives one; alerts.ErrNotFound if there is none.
func (w *Workspaces) Workspace(ctx context.Context, platform, id string) (alerts.Workspace, error) {
	name := workspaceName(platform, id)
	record, err := w.c.db.HGet(ctx, w.s.prefix+"ws", name).Result()
	if errors.Is(err, goredis.Nil) {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.Workspace{}, fmt.Errorf("read workspace %s: %w", name, err)
	}
	return decodeWorkspace(name, record)
}

// SaveWorkspace stores it if its Revision is the stored one (0: there is none)
// and returns it with the new one; else alerts.ErrConflict.
func (w *Workspaces) SaveWorkspace(ctx context.Context, ws alerts.Workspace) (alerts.Workspace, error) {
	name := workspaceName(ws.Platform, ws.ID)
	fail := func(err error) (alerts.Workspace, error) {
		return alerts.Workspace{}, fmt.Errorf("save workspace %s: %w", name, err)
	}
	data, err := json.Marshal(workspaceJSON{
		Name: ws.Name, App: ws.App, BotUser: ws.BotUser, Sealed: ws.Secret, Members: ws.MembersManage,
		Since: millis(ws.Installed), Gone: millis(ws.Uninstalled),
	})
	if err != nil {
		return fail(err)
	}
	rev, err := w.c.keep(ctx, scriptWorkspaceSave, w.s.prefix, name, ws.Revision, data).Text()
	if err != nil {
		return fail(err)
	}
	if rev == "-1" {
		return fail(alerts.ErrConflict)
	}
	stored, err := decodeWorkspace(name, rev+" "+string(data))
	if err != nil {
		return fail(err)
	}
	return stored, w.c.saved(ctx)
}

// Workspaces gives all of a platform, by ID. One that can't be read is logged
// and left out.
func (w *Workspaces) Workspaces(ctx context.Context, platform string) ([]alerts.Workspace, error) {
	records, err := w.c.db.HGetAll(ctx, w.s.prefix+"ws").Result()
	if err != nil {
		return nil, fmt.Errorf("list the workspaces: %w", err)
	}
	var out []alerts.Workspace
	for name, record := range records {
		ws, err := decodeWorkspace(name, record)
		if err != nil {
			w.c.log.ErrorContext(ctx, "workspace can't be read", "error", err)
			continue
		}
		if ws.Platform == platform {
			out = append(out, ws)
		}
	}
	slices.SortFunc(out, func(a, b alerts.Workspace) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// Destinations gives every destination of a workspace that has subscriptions
// or settings, in no order. It looks through all subscriptions of the store.
func (w *Workspaces) Destinations(ctx context.Context, platform, workspace string) ([]alerts.Destination, error) {
	begin := workspaceName(platform, workspace) + "/"
	found := map[string]bool{}
	note := func(name string) {
		if strings.HasPrefix(name, begin) {
			found[name] = true
		}
	}
	err := w.s.scan(ctx, "set", func(name, _ string) error {
		note(name)
		return nil
	})
	if err == nil {
		err = w.s.scan(ctx, "sub", func(_, record string) error {
			if f := strings.SplitN(record, " ", 6); len(f) == 6 {
				note(f[4])
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for the destinations of workspace %s: %w", workspace, err)
	}
	out := make([]alerts.Destination, 0, len(found))
	for name := range found {
		d, err := alerts.ParseDestination(name)
		if err != nil {
			w.c.log.ErrorContext(ctx, "destination can't be read", "destination", name, "error", err)
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// ForgetWorkspace deletes a workspace and its destinations: subscriptions,
// settings, and what the outbox holds for them. It returns how many
// subscriptions went. The workspace itself goes last, so that a call that
// failed can be made again; and the outbox before a destination, for one whose
// subscriptions are gone is not found any more.
func (w *Workspaces) ForgetWorkspace(ctx context.Context, platform, id string) (int, error) {
	name := workspaceName(platform, id)
	gone := 0
	fail := func(err error) (int, error) { return gone, fmt.Errorf("forget workspace %s: %w", name, err) }
	places, err := w.Destinations(ctx, platform, id)
	if err != nil {
		return fail(err)
	}
	for _, d := range places {
		if err := w.c.Outbox().purge(ctx, d); err != nil {
			return fail(err)
		}
		n, err := w.c.keep(ctx, scriptWorkspaceForgetPlace, w.s.prefix, d.String(), w.c.options.LogLength).Int()
		if err != nil {
			return fail(err)
		}
		gone += n
	}
	if err := w.c.keep(ctx, scriptWorkspaceForget, w.s.prefix, name).Err(); err != nil {
		return fail(err)
	}
	return gone, w.c.saved(ctx)
}
