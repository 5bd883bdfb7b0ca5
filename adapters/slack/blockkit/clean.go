package blockkit

// isID reports whether s has the form of Slack's ids, so that it can stand in
// mrkdwn.
func isID(s string) bool {
	if len(s) < 2 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
