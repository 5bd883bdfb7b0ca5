package alerts

import (
	"strings"
	"time"
)

// SourceNotice tells people that sources have been unreachable for a day, or
// that they are back.
type SourceNotice struct {
	ID      string
	At      time.Time
	Back    bool
	Sources []Unreached // that it tells of
	Total   int         // sources that there were
	// Of is the ID of the notice that told that they were down, and Began its time,
	// if Back.
	Of    string
	Began time.Time
}

// All reports whether no source at all was reached: then it is not theirs.
func (n SourceNotice) All() bool { return len(n.Sources) > 1 && len(n.Sources) >= n.Total }

const noticePrefix = "notice of sources:"

// Reference is what a notice has in the outbox in place of an Article.ID.
func (n SourceNotice) Reference() string { return NoticeReference(n.ID) }

// NoticeReference is SourceNotice.Reference of the notice with that ID.
func NoticeReference(id string) string { return noticePrefix + id }

// NoticeID gives the ID of the notice that stands in place of an article.
func NoticeID(article string) (id string, ok bool) { return strings.CutPrefix(article, noticePrefix) }
