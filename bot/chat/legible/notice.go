package legible

import "github.com/bellwether/bellwether/alerts"

// longNotice bounds what a publisher says of a correction.
const longNotice = 300

// Notice says above an alert what has become of it since its readers had it;
// empty if nothing has.
func Notice(a alerts.Alert) string {
	text := ""
	switch a.Notice {
	case alerts.Corrected:
		text = "Corrected"
	case alerts.Withdrawn:
		text = "Withdrawn by its publisher"
	default:
		return ""
	}
	if note := Cut(Line(a.Article.Note), longNotice); note != "" {
		text += ": " + note
	}
	return text
}
