package bot

import (
	"slices"
	"strings"
	"time"
)

// zoneNamed finds the IANA zone that s names: in any case, with spaces for
// underscores, or by its city alone. near are zones that may have been meant,
// or, beside a zone without summer time, those with it.
func zoneNamed(s string) (zone string, near []string) {
	s = strings.Join(strings.Fields(s), "_")
	if s == "" || strings.EqualFold(s, "local") { // that of the machine, which is nobody's
		return "", nil
	}
	near = zonesMeant[strings.ToUpper(s)]
	for _, name := range []string{s, strings.ToUpper(s), titled(s)} {
		if _, err := time.LoadLocation(name); err == nil {
			return name, near
		}
	}
	if !strings.Contains(s, "/") {
		for _, region := range regions {
			name := region + "/" + titled(s)
			if _, err := time.LoadLocation(name); err == nil {
				return name, nil
			}
		}
	}
	if len(near) == 0 {
		near = zonesLike(s)
	}
	return "", near
}

var regions = []string{
	"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian",
	"America/Argentina", "America/Indiana", "America/Kentucky", "America/North_Dakota", "Antarctica", "Arctic",
}

// titled writes a zone as the database does: "america/port-au-prince" gives
// America/Port-au-Prince, "europe/isle_of_man" Europe/Isle_of_Man.
func titled(s string) string {
	b := []byte(strings.ToLower(s))
	begin := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] != '/' && b[i] != '_' && b[i] != '-' {
			continue
		}
		word := b[begin:i]
		small := begin > 0 && (string(word) == "of" || string(word) == "au" || string(word) == "es")
		if len(word) > 0 && !small && 'a' <= word[0] && word[0] <= 'z' {
			word[0] -= 'a' - 'A'
		}
		begin = i + 1
	}
	return string(b)
}

// zonesMeant are names that are no zone, or one that keeps no summer time.
var zonesMeant = map[string][]string{
	"EST": {"America/New_York"}, "EDT": {"America/New_York"}, "ET": {"America/New_York"},
	"CST": {"America/Chicago", "Asia/Shanghai"}, "CDT": {"America/Chicago"}, "CT": {"America/Chicago"},
	"MST": {"America/Denver", "America/Phoenix"}, "MDT": {"America/Denver"}, "MT": {"America/Denver"},
	"PST": {"America/Los_Angeles"}, "PDT": {"America/Los_Angeles"}, "PT": {"America/Los_Angeles"},
	"HST": {"Pacific/Honolulu"}, "AKST": {"America/Anchorage"}, "AST": {"America/Halifax", "Asia/Riyadh"},
	"GMT": {"Europe/London"}, "BST": {"Europe/London"}, "WEST": {"Europe/Lisbon"},
	"CEST": {"Europe/Brussels", "Europe/Berlin", "Europe/Paris"}, "EEST": {"Europe/Helsinki", "Europe/Athens"},
	"MSK": {"Europe/Moscow"}, "IST": {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"},
	"JST": {"Asia/Tokyo"}, "KST": {"Asia/Seoul"}, "HKT": {"Asia/Hong_Kong"}, "SGT": {"Asia/Singapore"},
	"PKT": {"Asia/Karachi"}, "WIB": {"Asia/Jakarta"}, "AEST": {"Australia/Sydney", "Australia/Brisbane"},
	"AEDT": {"Australia/Sydney"}, "ACST": {"Australia/Adelaide"}, "AWST": {"Australia/Perth"},
	"NZST": {"Pacific/Auckland"}, "NZDT": {"Pacific/Auckland"}, "SAST": {"Africa/Johannesburg"},
	"WAT": {"Africa/Lagos"}, "EAT": {"Africa/Nairobi"}, "BRT": {"America/Sao_Paulo"}, "ART": {"America/Argentina/Buenos_Aires"},
	"BEIJING": {"Asia/Shanghai"}, "WASHINGTON": {"America/New_York"}, "GENEVA": {"Europe/Zurich"},
	"DELHI": {"Asia/Kolkata"}, "NEW_DELHI": {"Asia/Kolkata"}, "MUMBAI": {"Asia/Kolkata"},
	"SAN_FRANCISCO": {"America/Los_Angeles"}, "BOSTON": {"America/New_York"}, "OTTAWA": {"America/Toronto"},
	"MONTREAL": {"America/Toronto"}, "CANBERRA": {"Australia/Sydney"}, "WELLINGTON": {"Pacific/Auckland"},
	"FRANKFURT": {"Europe/Berlin"}, "MUNICH": {"Europe/Berlin"}, "STRASBOURG": {"Europe/Paris"},
	"THE_HAGUE": {"Europe/Amsterdam"}, "BRASILIA": {"America/Sao_Paulo"}, "ABUJA": {"Africa/Lagos"},
	"PRETORIA": {"Africa/Johannesburg"}, "ANKARA": {"Europe/Istanbul"}, "HANOI": {"Asia/Bangkok"},
	"ISLAMABAD": {"Asia/Karachi"}, "TEL_AVIV": {"Asia/Jerusalem"}, "ABU_DHABI": {"Asia/Dubai"},
}

// zonesLike gives up to three of the busier zones whose name or city is at
// most two letters away from s, the nearest first.
func zonesLike(s string) []string {
	type guess struct {
		zone string
		far  int
	}
	lower := strings.ToLower(s)
	var guesses []guess
	for zone := range strings.FieldsSeq(busyZones) {
		far := distance(lower, strings.ToLower(zone))
		if !strings.Contains(s, "/") {
			far = distance(lower, strings.ToLower(zone[strings.LastIndexByte(zone, '/')+1:]))
		}
		if far <= 2 {
			guesses = append(guesses, guess{zone, far})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return a.far - b.far })
	var near []string
	for _, g := range guesses[:min(3, len(guesses))] {
		near = append(near, g.zone)
	}
	return near
}
