package slack

import (
	"context"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
)

const (
	// personKept and roomKept are how long it is believed what Slack said of a
	// person or a channel.
	personKept = 5 * time.Minute
	roomKept   = time.Minute
	// mostKept bounds each of the memories.
	mostKept = 10_000
)

// person is what Slack's profile says of someone.
type person struct {
	name     string
	zone     string // IANA
	admin    bool   // of the workspace, or its owner
	guest    bool   // restricted to some channels
	outsider bool   // of another workspace, in a shared channel
	gone     bool   // deactivated, or no person at all
}

// room is what Slack says of a channel. One that the bot can't see is private
// and without it.
type room struct {
	creator  string
	private  bool
	member   bool
	archived bool
}

// rooms remembers for a while what Slack says of channels and people, so that
// a command does not ask for it each time.
type rooms struct {
	now func() time.Time

	mu      sync.Mutex
	directs map[string]string // channel ids, by team and user
	people  map[string]kept[person]
	rooms   map[string]kept[room]
	entered map[string]kept[bool] // channels that the bot has joined lately
}

type kept[T any] struct {
	what T
	till time.Time
}

func newRooms(now func() time.Time) *rooms {
	return &rooms{now: now, directs: map[string]string{}, people: map[string]kept[person]{}, rooms: map[string]kept[room]{}, entered: map[string]kept[bool]{}}
}

// direct gives the channel of a person's direct message, opening it if need be.
func (r *rooms) direct(ctx context.Context, team Team, user string) (string, error) {
	key := team.ID + " " + user
	r.mu.Lock()
	id := r.directs[key]
	r.mu.Unlock()
	if id != "" {
		return id, nil
	}
	opened, _, _, err := team.API.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
	if err != nil {
		return "", err
	}
	if opened.ID == "" {
		return "", errNoAnswer
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.directs) >= mostKept {
		clear(r.directs)
	}
	r.directs[key] = opened.ID
	return opened.ID, nil
}

// person gives what Slack says of a user.
func (r *rooms) person(ctx context.Context, team Team, user string) (person, error) {
	return remembered(r, r.people, team.ID+" "+user, personKept, func() (person, error) {
		u, err := team.API.GetUserInfoContext(ctx, user)
		if err != nil {
			return person{}, wrapped("look up a person", err)
		}
		name := u.Profile.DisplayName
		if name == "" {
			name = u.RealName
		}
		return person{
			name: name, zone: u.TZ, admin: u.IsAdmin || u.IsOwner || u.IsPrimaryOwner,
			guest: u.IsRestricted || u.IsUltraRestricted, outsider: u.IsStranger || u.TeamID != "" && u.TeamID != team.ID,
			gone: u.Deleted || u.IsBot,
		}, nil
	})
}

// room gives what Slack says of a channel.
func (r *rooms) room(ctx context.Context, team Team, channel string) (room, error) {
	return remembered(r, r.rooms, team.ID+" "+channel, roomKept, func() (room, error) {
		c, err := team.API.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: channel})
		if code(err) == "channel_not_found" || code(err) == "missing_scope" { // a group of people, which the bot can't be in
			return room{private: true}, nil
		}
		if err != nil {
			return room{}, wrapped("look up a channel", err)
		}
		return room{creator: c.Creator, private: c.IsPrivate || c.IsMpIM, member: c.IsMember, archived: c.IsArchived}, nil
	})
}

// join notes that the bot has joined a channel.
func (r *rooms) join(team, channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rooms, team+" "+channel)
	if len(r.entered) >= mostKept {
		clear(r.entered)
	}
	r.entered[team+" "+channel] = kept[bool]{true, r.now().Add(personKept)}
}

// joined reports whether the bot has joined a channel lately: joining it again
// would not help.
func (r *rooms) joined(team, channel string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.entered[team+" "+channel]
	return ok && r.now().Before(at.till)
}

// forget drops what is remembered of a channel.
func (r *rooms) forget(team, channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rooms, team+" "+channel)
	delete(r.entered, team+" "+channel)
}

// remembered gives what is kept under key, or else asks.
func remembered[T any](r *rooms, memory map[string]kept[T], key string, span time.Duration, ask func() (T, error)) (T, error) {
	r.mu.Lock()
	old, ok := memory[key]
	r.mu.Unlock()
	if ok && r.now().Before(old.till) {
		return old.what, nil
	}
	what, err := ask()
	if err != nil {
		return what, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(memory) >= mostKept {
		clear(memory)
	}
	memory[key] = kept[T]{what, r.now().Add(span)}
	return what, nil
}

// mayManage reports whether a person may manage the alerts of a channel:
// admins and owners of the workspace and whoever made the channel, or every
// full member where the workspace says so.
func (r *rooms) mayManage(ctx context.Context, team Team, user, channel string) (bool, error) {
	p, err := r.person(ctx, team, user)
	if err != nil || p.gone || p.outsider {
		return false, err
	}
	if p.admin || team.MembersManage && !p.guest {
		return true, nil
	}
	c, err := r.room(ctx, team, channel)
	return c.creator == user && user != "", err
}
