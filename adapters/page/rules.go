package page

import (
	"net/url"
	"strconv"
	"strings"
)

// Bounds of what is read of a robots.txt (RFC 9309, 2.5 wants 500 KiB at least),
// and of the rules for us.
const (
	maxRobots = 500 << 10
	maxRules  = 5000
)

// rule is one Allow or Disallow: a pattern in which * stands for any characters
// and $ at the end for the end (RFC 9309, 2.2.3).
type rule struct {
	pattern string
	allow   bool
}

// parseRules reads a robots.txt: the rules of all groups that name our agent,
// else of those for *. Whatever is not understood is passed over, as RFC 9309
// wants it. (The libraries there are for it take a pattern for one that may
// begin anywhere, or drop a file for one bad line.)
func parseRules(data []byte, agent string) rules {
	if len(data) > maxRobots {
		data = data[:maxRobots]
	}
	text := strings.ToValidUTF8(strings.TrimPrefix(string(data), "\ufeff"), "\uFFFD")
	var (
		own, all  rules
		named     bool // a group names us
		ours      bool // the group that is read is for us,
		everyones bool // or for all
		inRules   bool // its user-agent lines are over
	)
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent", "useragent":
			if inRules {
				ours, everyones, inRules = false, false, false
			}
			ours, everyones = ours || isAgent(value, agent), everyones || value == "*"
			named = named || ours
		case "allow", "disallow":
			inRules = true
			if ours {
				own.add(key, value)
			} else if everyones {
				all.add(key, value)
			}
		}
	}
	if named {
		return own
	}
	return all
}

// isAgent tells whether a user-agent line names us; what stands behind the
// product's name, as a version, does not count.
func isAgent(value, agent string) bool {
	end := strings.IndexFunc(value, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
	if end >= 0 {
		value = value[:end]
	}
	return strings.EqualFold(value, agent)
}

func (r *rules) add(key, value string) {
	if value == "" || len(r.rules) == maxRules {
		return
	}
	if value[0] != '/' && value[0] != '*' {
		value = "/" + value
	}
	r.rules = append(r.rules, rule{pattern: plainPath(value), allow: key == "allow"})
}

// allow tells whether the page at an address may be asked for: by the longest
// pattern that matches, of two of the same length by the one that allows.
func (r rules) allow(u *url.URL) bool {
	p := u.EscapedPath()
	if p == "" {
		p = "/"
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	p = plainPath(p)
	if p == "/robots.txt" {
		return true
	}
	longest, allowed := -1, true
	for _, rule := range r.rules {
		if n := len(rule.pattern); (n > longest || n == longest && rule.allow) && matches(rule.pattern, p) {
			longest, allowed = n, rule.allow
		}
	}
	return allowed
}

// matches tells whether a path begins as a pattern wants it. The time is at most
// the product of the two lengths: a star takes as little as it can, and is never
// gone back to behind the next.
func matches(pattern, p string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(p, parts[0])
	if !ok {
		return false
	}
	for i, part := range parts[1:] {
		if whole && i == len(parts)-2 {
			return strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return !whole || rest == ""
}

// plainPath writes a path in one way, for the escapes of a rule and those of an
// address may differ: what is not ASCII as escapes, escapes of letters, digits
// and -._~ as themselves.
func plainPath(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c == '%' && i+2 < len(p) {
			if n, err := strconv.ParseUint(p[i+1:i+3], 16, 8); err == nil {
				c, i = byte(n), i+2
				if !unreserved(c) {
					writeEscape(&b, c)
					continue
				}
			}
		}
		if c <= ' ' || c >= 0x7f {
			writeEscape(&b, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func writeEscape(b *strings.Builder, c byte) {
	const digits = "0123456789ABCDEF"
	b.WriteByte('%')
	b.WriteByte(digits[c>>4])
	b.WriteByte(digits[c&15])
}

func unreserved(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0
}
