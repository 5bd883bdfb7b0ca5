package blockkit

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Manage is the alerts of one place, as a modal.
type Manage struct {
	Items []chat.Item
	Place alerts.Destination
	Page  int         // from 0; what is out of range is the nearest page
	Done  *chat.Reply // to what was just done here; nil for nothing
}

// View lays it out. It has at most 100 blocks.
func (m Manage) View() slack.ModalViewRequest {
	page, _ := paged(m.Items, m.Page)
	blocks := done(m.Done)
	if isID(m.Place.Channel) {
		blocks = append(blocks, rich(line(words("Alerts in "), channel(m.Place.Channel))))
	}
	if len(m.Items) == 0 {
		blocks = append(blocks, rich(line(words("Nothing is followed here. "), code("/policy"), words(" begins."))))
	}
	blocks = append(blocks, listed(m.Items, page)...)
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

// modal is a view with a button that closes it.
func modal(title string, blocks []slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(legible.Cut(cmp.Or(legible.Line(title), "Bellwether"), maxTitle)), Close: plain("Close"), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// Working is shown while the store is asked.
func Working(title string) slack.ModalViewRequest {
	return modal(title, []slack.Block{rich(line(words("One moment…")))})
}

// Result shows a reply in a modal. Undo is left out: it acts where a message
// is.
func Result(title string, r chat.Reply) slack.ModalViewRequest {
	r.Undo = nil
	return modal(title, replyBlocks(r, ReplyOptions{Slash: true}, maxViewBlocks))
}
