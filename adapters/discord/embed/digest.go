package embed

import (
	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// roomForNotes is the text that is left for what is done in a digest.
const roomForNotes = 700

// longProof bounds the line that tells how the sources were read.
const longProof = 600

// looks are tried from the first to the last until a part of a digest fits.
// Ten articles, as there are in a part, always do.
func looks() []bounds {
	return []bounds{
		{title: maxTitle, summary: 700, matched: 200, name: longName},
		{title: maxTitle, summary: 400, matched: 80, name: longName},
		{title: 200, summary: 220, name: longLabel},
		{title: 120, summary: 100, name: longLabel},
	}
}

// digest is a part of a digest, its articles together by keyword.
func digest(d alerts.Delivery, fingerprint string) Message {
	heading := legible.DigestTitle(d)
	m := Message{
		Content:    "**" + heading + "**",
		Components: digestActions(d.Alerts, fingerprint),
		Title:      legible.Cut(heading, maxPostTitle),
	}
	if proof := legible.Proof(d, "/policy sources"); proof != "" { // below an embed there is no place for text
		m.Content += "\n-# " + escaped(proof, longProof)
	}
	if pinged, roles := pings(d); pinged != "" {
		m.Content, m.Mentions = pinged+"\n"+m.Content, roles
	}
	for _, look := range looks() {
		m.Embeds = look.digest(d.Alerts)
		if size(m.Embeds) <= maxEmbedText-roomForNotes {
			break
		}
	}
	return m
}

// digest gives an embed for each article; the keyword stands above the first
// of its articles.
func (b bounds) digest(all []alerts.Alert) []*discordgo.MessageEmbed {
	var out []*discordgo.MessageEmbed
	for _, g := range legible.Grouped(all) {
		for i, n := range g.Members {
			if len(out) == maxEmbeds {
				return distinct(out)
			}
			e := article(all[n], b)
			if i == 0 {
				e.Author = &discordgo.MessageEmbedAuthor{Name: legible.Cut(g.Keyword, b.name)}
			}
			out = append(out, e)
		}
	}
	return distinct(out)
}
