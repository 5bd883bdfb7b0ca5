package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
)

// Keep is how long the data of a workspace is kept after it removed the app:
// some do it by mistake.
const Keep = 30 * 24 * time.Hour

const (
	// teamKept is how long a workspace is taken to be as it was when the store
	// was last asked: so long may it take until this process hears of what
	// another did.
	teamKept = 30 * time.Second
	// teamTries is how often a change is made anew when another was faster.
	teamTries = 5
)

// Errors of [Teams.Get].
var (
	ErrNotInstalled = errors.New("the app is not installed in this workspace")
	ErrUninstalled  = errors.New("the workspace has removed the app")
)

// Team is a workspace with the means to call Slack on its behalf.
type Team struct {
	alerts.Workspace
	API *slackgo.Client
}

// TeamsConfig is what Teams are made of.
type TeamsConfig struct {
	Store WorkspaceStore
	// Keys seal the tokens that installations give; nil where there are none.
	Keys *seal.Ring
	// BotToken is that of the one workspace of the settings, "" without it.
	BotToken string
	// API makes a client with a bot token.
	API    func(token string) *slackgo.Client
	Now    func() time.Time
	Logger *slog.Logger
}

// Teams gives the workspaces that the app is installed in.
type Teams struct {
	TeamsConfig

	learning sync.Mutex // held while Slack is asked whose BotToken is

	mu    sync.Mutex
	own   string // the workspace of BotToken, "" until it is known
	known map[string]knownTeam
}

type knownTeam struct {
	team Team
	till time.Time
}

// NewTeams makes Teams.
func NewTeams(c TeamsConfig) *Teams {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Teams{TeamsConfig: c, known: map[string]knownTeam{}}
}

// Start asks Slack whose the token of the settings is, if there is one. again:
// that workspace had removed the app, and has it back. A refusal is an
// [alerts.Permanent] error.
func (t *Teams) Start(ctx context.Context) (w alerts.Workspace, again bool, err error) {
	if t.BotToken == "" {
		return w, false, nil
	}
	if w, again, err = t.learn(ctx); err == nil {
		t.Logger.InfoContext(ctx, "slack: the workspace of the token is known", "workspace", w.ID, "name", w.Name)
	}
	return w, again, err
}

// Gone asks Slack whether a workspace has removed the app: whether the token
// that is stored now, and not one that this process remembers, is refused. An
// error is that it could not be known.
func (t *Teams) Gone(ctx context.Context, id string) (bool, error) {
	t.Forget(id)
	team, err := t.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotInstalled), errors.Is(err, ErrUninstalled):
		return true, nil
	case err == nil:
		_, err = team.API.AuthTestContext(ctx)
	}
	err = classify("ask Slack whether a token is good", err)
	if refused, ok := errors.AsType[*alerts.SendError](err); ok && refused.Permanent {
		return true, nil
	}
	return false, err
}

// learn finds the workspace of BotToken and keeps its record up to date.
func (t *Teams) learn(ctx context.Context) (w alerts.Workspace, again bool, err error) {
	said, err := t.API(t.BotToken).AuthTestContext(ctx)
	if err == nil && said.TeamID == "" {
		err = errNoAnswer
	}
	if err != nil {
		return w, false, classify("ask Slack whose the bot token is", err)
	}
	w, err = t.change(ctx, said.TeamID, true, func(w *alerts.Workspace) bool {
		again = !w.Uninstalled.IsZero()
		same := w.Name == said.Team && w.BotUser == said.UserID && !again && w.Revision > 0
		w.Name, w.BotUser, w.Uninstalled = said.Team, said.UserID, time.Time{}
		if w.Installed.IsZero() || again {
			w.Installed = t.Now()
		}
		return !same
	})
	if err != nil {
		return w, false, err
	}
	t.mu.Lock()
	t.own = w.ID
	t.mu.Unlock()
	t.keep(Team{Workspace: w, API: t.API(t.BotToken)})
	return w, again, nil
}

// Get gives a workspace. Errors: ErrNotInstalled, ErrUninstalled; others are
// of the store or of Slack and may pass.
func (t *Teams) Get(ctx context.Context, id string) (Team, error) {
	if team, ok := t.cached(id); ok {
		return team, nil
	}
	if err := t.know(ctx); err != nil {
		return Team{}, err
	}
	if team, ok := t.cached(id); ok {
		return team, nil
	}
	w, err := t.Store.Workspace(ctx, alerts.Slack, id)
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return Team{}, fmt.Errorf("workspace %s: %w", id, ErrNotInstalled)
	case err != nil:
		return Team{}, fmt.Errorf("read workspace %s: %w", id, err)
	case !w.Uninstalled.IsZero():
		return Team{}, fmt.Errorf("workspace %s: %w", id, ErrUninstalled)
	}
	token, err := t.token(ctx, w)
	if err != nil {
		return Team{}, err
	}
	team := Team{Workspace: w, API: t.API(token)}
	t.keep(team)
	return team, nil
}

// know sees to it that the workspace of BotToken is known.
func (t *Teams) know(ctx context.Context) error {
	if t.BotToken == "" {
		return nil
	}
	t.learning.Lock()
	defer t.learning.Unlock()
	t.mu.Lock()
	own := t.own
	t.mu.Unlock()
	if own != "" {
		return nil
	}
	_, _, err := t.learn(ctx)
	return err
}

// token gives the token of a workspace, that of the settings first.
func (t *Teams) token(ctx context.Context, w alerts.Workspace) (string, error) {
	t.mu.Lock()
	own := t.own == w.ID
	t.mu.Unlock()
	if own {
		return t.BotToken, nil
	}
	if len(w.Secret) == 0 || t.Keys == nil {
		return "", fmt.Errorf("workspace %s: no token is stored: %w", w.ID, ErrNotInstalled)
	}
	token, stale, err := t.Keys.Open(w.Secret, about(w.ID))
	if err != nil {
		return "", fmt.Errorf("open the token of workspace %s: %w: is BELLWETHER_KEY the key that it was stored with?", w.ID, err)
	}
	if stale {
		if _, err := t.change(ctx, w.ID, false, func(w *alerts.Workspace) bool {
			w.Secret = t.Keys.Seal(token, about(w.ID))
			return true
		}); err != nil {
			t.Logger.WarnContext(ctx, "slack: a token is still sealed with an old key", "workspace", w.ID, "error", err)
		}
	}
	return string(token), nil
}

// about binds a sealed token to its workspace.
func about(id string) []byte { return []byte(alerts.Slack + "/" + id) }

func (t *Teams) cached(id string) (Team, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.known[id]
	return k.team, ok && t.Now().Before(k.till)
}

func (t *Teams) keep(team Team) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known[team.ID] = knownTeam{team, t.Now().Add(teamKept)}
}

// Forget drops what is remembered of a workspace, so that the store is asked.
func (t *Teams) Forget(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, id)
}

// change applies f to the record of a workspace until nobody is in the way. f
// reports whether anything is to be stored. alerts.ErrNotFound if there is no
// record, unless create is set.
func (t *Teams) change(ctx context.Context, id string, create bool, f func(*alerts.Workspace) bool) (alerts.Workspace, error) {
	defer t.Forget(id)
	for range teamTries {
		w, err := t.Store.Workspace(ctx, alerts.Slack, id)
		if errors.Is(err, alerts.ErrNotFound) && create {
			w, err = alerts.Workspace{Platform: alerts.Slack, ID: id}, nil
		}
		if err != nil {
			return w, fmt.Errorf("read workspace %s: %w", id, err)
		}
		if !f(&w) {
			return w, nil
		}
		w, err = t.Store.SaveWorkspace(ctx, w)
		if err == nil || !errors.Is(err, alerts.ErrConflict) {
			return w, wrapped("save workspace "+id, err)
		}
	}
	return alerts.Workspace{}, fmt.Errorf("save workspace %s: %w", id, alerts.ErrConflict)
}

// Install stores what an installation gave. again: the workspace had removed
// the app.
func (t *Teams) Install(ctx context.Context, r *slackgo.OAuthV2Response) (w alerts.Workspace, again bool, err error) {
	w, err = t.change(ctx, r.Team.ID, true, func(w *alerts.Workspace) bool {
		again = !w.Uninstalled.IsZero()
		w.Name, w.App, w.BotUser = r.Team.Name, r.AppID, r.BotUserID
		w.Secret = t.Keys.Seal([]byte(r.AccessToken), about(w.ID))
		w.Installed, w.Uninstalled = t.Now(), time.Time{}
		return true
	})
	return w, again, err
}

// Remove notes that a workspace has removed the app, and wipes its token.
// first is false where that was known.
func (t *Teams) Remove(ctx context.Context, id string) (first bool, err error) {
	_, err = t.change(ctx, id, false, func(w *alerts.Workspace) bool {
		first = w.Uninstalled.IsZero()
		if first {
			w.Secret, w.Uninstalled = nil, t.Now()
		}
		return first
	})
	return first && err == nil, err
}

// SetMembersManage says whether every member of a workspace may manage the
// alerts of channels.
func (t *Teams) SetMembersManage(ctx context.Context, id string, on bool) error {
	_, err := t.change(ctx, id, false, func(w *alerts.Workspace) bool {
		changed := w.MembersManage != on
		w.MembersManage = on
		return changed
	})
	return err
}

// Expired gives the workspaces that removed the app longer than Keep ago.
func (t *Teams) Expired(ctx context.Context) ([]alerts.Workspace, error) {
	all, err := t.Store.Workspaces(ctx, alerts.Slack)
	if err != nil {
		return nil, fmt.Errorf("list the workspaces: %w", err)
	}
	var out []alerts.Workspace
	for _, w := range all {
		if !w.Uninstalled.IsZero() && t.Now().Sub(w.Uninstalled) > Keep {
			out = append(out, w)
		}
	}
	return out, nil
}
