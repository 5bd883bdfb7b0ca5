package blockkit

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// itemsInPage is how many subscriptions a page of App Home or of a modal
// shows: two blocks each, and some twenty for what stands around them.
const itemsInPage = 40

// Home is a person's App Home.
type Home struct {
	Person   alerts.Person
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
	page, shown := paged(h.Items, h.Page)
	blocks := done(h.Done)
	blocks = append(blocks,
		slack.NewHeaderBlock(plain("What you follow")),
		slack.NewActionBlock("home", primary(button(ActionSubscribe, "subscribe", "Subscribe")),
			button(ActionTiming, "timing", "Time and digest")),
		small(h.timing()))
	if len(h.Items) == 0 {
		blocks = append(blocks, rich(line(words("Nothing yet. Press "), bold("Subscribe"),
			words(" and type a word that you want to hear about, such as "), code("carbon border tax"),
			words(". New articles that it hits come as alerts."))))
	}
	blocks = append(blocks, items(shown)...)
	if b := pager(len(h.Items), page); b != nil {
		blocks = append(blocks, b)
	}
	if h.Admin {
		blocks = append(blocks, slack.NewDividerBlock(), h.members())
	}
	return slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: place{Page: page}.metadata(),
	}
}

// timing tells how the person's own alerts are timed.
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
	if h.Settings.Paused {
		text += " · paused"
	}
	return clean(text)
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

// Manage is the alerts of one place, as a modal.
type Manage struct {
	Items []chat.Item
	Place alerts.Destination
	Page  int
	Done  *chat.Reply
}

// View lays it out. It has at most 100 blocks.
func (m Manage) View() slack.ModalViewRequest {
	page, shown := paged(m.Items, m.Page)
	blocks := done(m.Done)
	if isID(m.Place.Channel) {
		blocks = append(blocks, rich(line(words("Alerts in "), slack.NewRichTextSectionChannelElement(m.Place.Channel, nil))))
	}
	if len(m.Items) == 0 {
		blocks = append(blocks, rich(line(words("Nothing is followed here. "), code("/policy"), words(" begins."))))
	}
	blocks = append(blocks, items(shown)...)
	if b := pager(len(m.Items), page); b != nil {
		blocks = append(blocks, b)
	}
	v := modal("Alerts here", blocks)
	v.CallbackID = CallbackManage
	v.PrivateMetadata = place{Page: page, Channel: m.Place.Channel}.metadata()
	return v
}

// ReadManage gives place and page of a modal that View made. Of the place only
// the channel is known.
func ReadManage(v slack.View) (Manage, error) {
	var p place
	if err := json.Unmarshal([]byte(v.PrivateMetadata), &p); err != nil {
		return Manage{}, fmt.Errorf("read what a view is about: %w", err)
	}
	if p.Channel != "" && !isID(p.Channel) {
		return Manage{}, errView
	}
	return Manage{Place: alerts.Destination{Channel: p.Channel}, Page: p.Page}, nil
}

// HomePage gives the page that an App Home shows.
func HomePage(v slack.View) int {
	var p place
	if json.Unmarshal([]byte(v.PrivateMetadata), &p) != nil {
		return 0
	}
	return p.Page
}

// paged gives the page that is nearest to the wanted one, and what is on it.
func paged(all []chat.Item, page int) (int, []chat.Item) {
	last := max(0, (len(all)-1)/itemsInPage)
	page = min(max(page, 0), last)
	from := page * itemsInPage
	return page, all[from:min(from+itemsInPage, len(all))]
}

// pager leads to the pages before and behind; nil where there is one page.
func pager(all, page int) slack.Block {
	if all <= itemsInPage {
		return nil
	}
	from, to := page*itemsInPage+1, min((page+1)*itemsInPage, all)
	var buttons []slack.BlockElement
	if page > 0 {
		buttons = append(buttons, button(ActionPage+":before", strconv.Itoa(page-1), fmt.Sprintf("◀ before %d", from)))
	}
	if to < all {
		buttons = append(buttons, button(ActionPage+":behind", strconv.Itoa(page+1), fmt.Sprintf("%d to %d of %d, more ▶", from, to, all)))
	}
	return slack.NewActionBlock("pages", buttons...)
}

// done shows what became of what was just done in a view.
func done(r *chat.Reply) []slack.Block {
	if r == nil {
		return nil
	}
	if r.Problem != nil {
		blocks := []slack.Block{problem(*r.Problem, ReplyOptions{})}
		if b := hints(r.Hints, ReplyOptions{}); b != nil {
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

func primary(b *slack.ButtonBlockElement) *slack.ButtonBlockElement {
	return b.WithStyle(slack.StylePrimary)
}
