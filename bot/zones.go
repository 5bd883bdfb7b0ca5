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

// mostZones bounds [Zones].
const mostZones = 25

// Zones gives the IANA zones that what was typed so far may become, the likely
// ones first, at most 25: of cities that begin so, of names that do, of names
// with it in them, and where there are none, of names that are nearly so. Nothing typed gives
// some of the busier ones.
func Zones(typed string) []string {
	typed = strings.ToLower(strings.Join(strings.Fields(typed), "_"))
	var groups [3][]string
	for zone := range strings.FieldsSeq(busyZones) {
		name := strings.ToLower(zone)
		switch city := name[strings.LastIndexByte(name, '/')+1:]; {
		case strings.HasPrefix(city, typed):
			groups[0] = append(groups[0], zone)
		case strings.HasPrefix(name, typed):
			groups[1] = append(groups[1], zone)
		case strings.Contains(name, typed):
			groups[2] = append(groups[2], zone)
		}
	}
	var all []string
	add := func(zones ...string) {
		for _, z := range zones {
			if len(all) < mostZones && !slices.Contains(all, z) {
				all = append(all, z)
			}
		}
	}
	zone, near := zoneNamed(typed)
	switch {
	case typed == "":
		add("UTC")
	case zone != "":
		add(zone)
		add(near...)
	}
	add(slices.Concat(groups[0], groups[1], groups[2])...)
	if len(all) == 0 {
		add(near...)
	}
	return all
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

// busyZones are those that a wrong name is compared with: time.LoadLocation
// can't list what it knows.
const busyZones = `
Africa/Abidjan Africa/Accra Africa/Addis_Ababa Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Dakar
Africa/Johannesburg Africa/Khartoum Africa/Kinshasa Africa/Lagos Africa/Maputo Africa/Nairobi Africa/Tripoli Africa/Tunis
America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver
America/Edmonton America/Guatemala America/Halifax America/Havana America/La_Paz America/Lima America/Los_Angeles
America/Mexico_City America/Montevideo America/New_York America/Panama America/Phoenix America/Puerto_Rico
America/Regina America/Santiago America/Santo_Domingo America/Sao_Paulo America/St_Johns America/Toronto
America/Vancouver America/Winnipeg
Asia/Almaty Asia/Amman Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut Asia/Colombo Asia/Damascus Asia/Dhaka
Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Kabul Asia/Karachi Asia/Kathmandu
Asia/Kolkata Asia/Kuala_Lumpur Asia/Kuwait Asia/Manila Asia/Novosibirsk Asia/Phnom_Penh Asia/Pyongyang Asia/Qatar
Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo
Asia/Ulaanbaatar Asia/Vladivostok Asia/Yangon Asia/Yerevan
Atlantic/Azores Atlantic/Canary Atlantic/Reykjavik
Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Melbourne Australia/Perth Australia/Sydney
Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Bucharest
Europe/Budapest Europe/Chisinau Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv
Europe/Lisbon Europe/Ljubljana Europe/London Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Minsk Europe/Monaco
Europe/Moscow Europe/Oslo Europe/Paris Europe/Prague Europe/Riga Europe/Rome Europe/Sarajevo Europe/Skopje
Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Tirane Europe/Vaduz Europe/Vienna Europe/Vilnius Europe/Warsaw
Europe/Zagreb Europe/Zurich
Indian/Maldives Indian/Mauritius Pacific/Auckland Pacific/Fiji Pacific/Guam Pacific/Honolulu Pacific/Port_Moresby
`
