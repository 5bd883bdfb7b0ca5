package blockkit

import (
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Home is a person's App Home.
type Home struct {
	Items    []chat.Item     // all that the person owns
	Settings alerts.Settings // of the person's direct message
	Zone     string          // of the profile, shown while Settings has none
	Page     int             // from 0; what is out of range is the nearest page
	// Admin also shows who may manage the alerts of channels: every member if
	// MembersManage.
	Admin, MembersManage bool
	Done                 *chat.Reply // to what was just done here; nil for nothing
}

// place is what a view remembers of itself.
type place struct {
	Page    int    `json:"page,omitempty"`
	Channel string `json:"channel,omitempty"`
}

func (p place) metadata() string {
	text, _ := json.Marshal(p) // a number and a string
	return string(text)
}

// View lays it out. It has at most 100 blocks.
func (h Home) View() slack.HomeTabViewRequest {
	page, _ := paged(h.Items, h.Page)
	blocks := done(h.Done)
	blocks = append(blocks,
		slack.NewHeaderBlock(plain("What you follow")),
		slack.NewActionBlock("home", button(ActionSubscribe, "subscribe", "Subscribe").WithStyle(slack.StylePrimary),
			button(ActionTiming, "timing", "Time and digest")),
		small(h.timing()))
	if len(h.Items) == 0 {
		blocks = append(blocks, rich(line(words("Nothing yet. Press "), bold("Subscribe"),
			words(" and type words that you want to hear about, such as "), code("carbon border tax"),
			words(". New articles that they hit come to you as alerts."))))
	}
	blocks = append(blocks, listed(h.Items, page)...)
	if h.Admin {
		blocks = append(blocks, slack.NewDividerBlock(), h.members())
	}
	return slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: place{Page: page}.metadata(),
	}
}

// timing tells how the person's own alerts are timed. A pause with an end
// stands with each subscription, for it may be over.
func (h Home) timing() string {
	zone := h.Settings.TimeZone
	switch {
	case zone != "":
	case h.Zone != "":
		zone = h.Zone + " (from your profile)"
	default:
		zone = "UTC"
	}
	text := fmt.Sprintf("Your direct messages: %s · quiet hours %s · times in %s", h.Settings.Schedule, h.Settings.Quiet, zone)
	if h.Settings.Paused && h.Settings.PausedUntil.IsZero() {
		text += " · paused"
	}
	return legible.Line(text)
}

// members is the workspace's setting who may manage the alerts of channels.
func (h Home) members() slack.Block {
	admins := option("off", "Admins and who made the channel")
	everyone := option("on", "Every full member")
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, ActionMembers, admins, everyone).WithInitialOption(admins)
	if h.MembersManage {
		choice.WithInitialOption(everyone)
	}
	return section("members", "Who may set up and change alerts in channels of this workspace", choice)
}

// HomePage gives the page that an App Home shows.
func HomePage(v slack.View) int {
	var p place
	if json.Unmarshal([]byte(v.PrivateMetadata), &p) != nil {
		return 0
	}
	return p.Page
}

// done shows what became of what was just done in a view: three blocks at most.
func done(r *chat.Reply) []slack.Block {
	if r == nil {
		return nil
	}
	c := coder{slash: true}
	if r.Problem != nil {
		blocks := []slack.Block{problem(*r.Problem, c)}
		if b := hints(r.Hints, c); b != nil {
			blocks = append(blocks, b)
		}
		return append(blocks, slack.NewDividerBlock())
	}
	note := section("note", "✓ "+Plain(r.Text), nil)
	if s := r.Subscription; s != nil {
		if value := undoValue(placeRef(s.Destination), r.Undo); value != "" {
			note.Accessory = slack.NewAccessory(button(ActionItem, value, "Undo"))
		}
	}
	return []slack.Block{note, slack.NewDividerBlock()}
}
