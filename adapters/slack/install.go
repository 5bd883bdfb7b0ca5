package slack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
)

const (
	// stateTime is how long an installation may take.
	stateTime = 10 * time.Minute
	// exchangeTime bounds the exchange of the code for a token.
	exchangeTime  = 15 * time.Second
	stateCookie   = "bellwether_install"
	authorizePage = "https://slack.com/oauth/v2/authorize"
)

// InstallerConfig is what an Installer is made of. All but Logger must be set.
type InstallerConfig struct {
	Teams        *Teams
	Keys         *seal.Ring
	Once         Once
	ClientID     string
	ClientSecret string
	PublicURL    string // where people reach us, without a slash at the end
	APIURL       string // base of Slack's API with a slash at the end; empty: Slack's own
	HTTP         *http.Client
	// Installed is told of each workspace that has installed the app; again: it
	// had removed it; by: the user who did it.
	Installed func(ctx context.Context, w alerts.Workspace, again bool, by string)
	Now       func() time.Time
	Logger    *slog.Logger
}

// Installer lets workspaces install the app by themselves, by OAuth.
//
// Source: https://docs.slack.dev/authentication/installing-with-oauth
type Installer struct {
	InstallerConfig
	key []byte // signs states
}

// NewInstaller makes an Installer.
func NewInstaller(c InstallerConfig) (*Installer, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	key, err := c.Keys.Derive("slack install state")
	if err != nil {
		return nil, err
	}
	return &Installer{InstallerConfig: c, key: key}, nil
}

// Routes are the pages of an installation.
func (i *Installer) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET " + pathInstall:  http.HandlerFunc(i.begin),
		"GET " + pathCallback: http.HandlerFunc(i.finish),
	}
}

func (i *Installer) redirect() string { return i.PublicURL + pathCallback }

// begin leads to Slack's page that asks for permission. The state goes with it
// and stays in the browser: only the two together finish an installation.
func (i *Installer) begin(w http.ResponseWriter, r *http.Request) {
	state := i.newState()
	http.SetCookie(w, i.cookie(state, int(stateTime.Seconds())))
	page := authorizePage
	if i.APIURL != "" {
		page = strings.TrimSuffix(i.APIURL, "api/") + "oauth/v2/authorize"
	}
	query := url.Values{
		"client_id": {i.ClientID}, "scope": {strings.Join(Scopes(), ",")}, "state": {state}, "redirect_uri": {i.redirect()},
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, page+"?"+query.Encode(), http.StatusFound)
}

// cookie is sent over TLS only, which Slack asks of redirect addresses as well;
// browsers take loopback for as safe.
func (i *Installer) cookie(state string, age int) *http.Cookie {
	return &http.Cookie{
		Name: stateCookie, Value: state, Path: "/slack/", MaxAge: age, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	}
}

// newState is a random number and when it ends, signed.
func (i *Installer) newState() string {
	body := rand.Text() + "." + strconv.FormatInt(i.Now().Add(stateTime).Unix(), 10)
	return body + "." + i.sign(body)
}

func (i *Installer) sign(body string) string {
	mac := hmac.New(sha256.New, i.key)
	_, _ = mac.Write([]byte(body)) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

var (
	errState = errors.New("the link is not one of ours, or not of this browser")
	errOld   = errors.New("the link was used before, or is too old")
)

// checkState lets a state through once, in the browser that it was made for.
func (i *Installer) checkState(r *http.Request) error {
	state := r.URL.Query().Get("state")
	kept, err := r.Cookie(stateCookie)
	if err != nil || state == "" || !hmac.Equal([]byte(kept.Value), []byte(state)) {
		return errState
	}
	last := strings.LastIndexByte(state, '.')
	if last < 0 || !hmac.Equal([]byte(i.sign(state[:last])), []byte(state[last+1:])) {
		return errState
	}
	nonce, end, _ := strings.Cut(state[:last], ".")
	if until, err := strconv.ParseInt(end, 10, 64); err != nil || i.Now().Unix() > until {
		return errOld
	}
	fresh, err := i.Once.Once(r.Context(), "slack install "+nonce, time.Hour)
	if err != nil {
		return fmt.Errorf("look whether a state was used: %w", err)
	}
	if !fresh {
		return errOld
	}
	return nil
}

// finish stores the token that an installation gives.
func (i *Installer) finish(w http.ResponseWriter, r *http.Request) {
	if err := i.checkState(r); err != nil {
		i.failed(w, http.StatusBadRequest, "That link is too old, was used before, or belongs to another browser.", err)
		return
	}
	http.SetCookie(w, i.cookie("", -1))
	if why := r.URL.Query().Get("error"); why != "" {
		i.failed(w, http.StatusOK, "Nothing was installed: permission was not given.", nil)
		return
	}
	// The code is used up by its exchange: a browser that hangs up does not end
	// what has begun.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), exchangeTime)
	defer cancel()
	said, err := i.exchange(ctx, r.URL.Query().Get("code"))
	if err != nil {
		i.failed(w, http.StatusBadGateway, "Slack did not confirm the installation.", err)
		return
	}
	if said.IsEnterpriseInstall || said.Team.ID == "" {
		i.failed(w, http.StatusBadRequest, "Bellwether can't be installed for a whole organisation. Install it in each workspace.", nil)
		return
	}
	team, again, err := i.Teams.Install(ctx, said)
	if err != nil {
		i.failed(w, http.StatusServiceUnavailable, "The installation could not be stored.", err)
		return
	}
	missing := lacking(said.Scope)
	if len(missing) > 0 {
		i.Logger.WarnContext(ctx, "slack: the workspace gave less than the app asks for", "workspace", team.ID, "missing", missing)
	}
	i.Installed(ctx, team, again, said.AuthedUser.ID)
	show(w, http.StatusOK, installPage{
		Title: "Bellwether is in " + team.Name, Missing: missing,
		Text: "Open Slack, and type /policy in any channel, or write to Bellwether under Apps.",
		Link: "https://slack.com/app_redirect?" + url.Values{"app": {team.App}, "team": {team.ID}}.Encode(), LinkText: "Open Slack",
	})
}

// exchange gives Slack the code and gets the token.
func (i *Installer) exchange(ctx context.Context, code string) (*slackgo.OAuthV2Response, error) {
	var options []slackgo.OAuthOption
	if i.APIURL != "" {
		options = append(options, slackgo.OAuthOptionAPIURL(i.APIURL))
	}
	said, err := slackgo.GetOAuthV2ResponseContext(ctx, i.HTTP, i.ClientID, i.ClientSecret, code, i.redirect(), options...)
	if err == nil && !strings.HasPrefix(said.AccessToken, "xoxb-") && !said.IsEnterpriseInstall {
		err = errNoAnswer
	}
	return said, wrapped("exchange the code of an installation", err)
}

// lacking gives the scopes that were not given.
func lacking(given string) []string {
	have := strings.Split(given, ",")
	return slices.DeleteFunc(Scopes(), func(s string) bool { return slices.Contains(have, s) })
}

func (i *Installer) failed(w http.ResponseWriter, status int, text string, err error) {
	if err != nil {
		i.Logger.Warn("slack: an installation failed", "error", err)
	}
	show(w, status, installPage{Title: "Not installed", Text: text, Link: i.PublicURL + pathInstall, LinkText: "Begin again"})
}
