package bot

import (
	"maps"
	"slices"
	"strings"
)

// mostZones bounds [Zones].
const mostZones = 25

// Zones gives the IANA zones that what was typed so far may become, the likely
// ones first, at most 25: what it names already, cities that begin so, names of
// other cities and short forms that do, zones that do, those with it in them;
// each time the busier ones first. Where there are none, those that are nearly
// so. Nothing typed gives some of the busier ones.
func Zones(typed string) []string {
	typed = strings.ToLower(strings.Join(strings.Fields(typed), "_"))
	var all []string
	add := func(zones ...string) {
		for _, z := range zones {
			if len(all) < mostZones && !slices.Contains(all, z) {
				all = append(all, z)
			}
		}
	}
	if typed == "" {
		add("UTC")
	}
	zone, near := zoneNamed(typed)
	if zone != "" {
		add(zone)
		add(near...)
	}
	var groups [4][]string
	for _, names := range []string{busyZones, quietZones} {
		for zone := range strings.FieldsSeq(names) {
			if g := begins(strings.ToLower(zone), typed); g >= 0 {
				groups[g] = append(groups[g], zone)
			}
		}
	}
	add(groups[0]...)
	add(meant(typed)...)
	add(slices.Concat(groups[1:]...)...)
	if len(all) == 0 {
		add(near...)
	}
	return all
}

// begins ranks how a zone has what was typed in it: 0 as the beginning of its
// city, 1 of its name, 2 of another word, 3 anywhere, -1 not at all.
func begins(zone, typed string) int {
	city := zone[strings.LastIndexByte(zone, '/')+1:]
	word := func(mark string) bool { return strings.Contains(zone, mark+typed) }
	switch {
	case strings.HasPrefix(city, typed):
		return 0
	case strings.HasPrefix(zone, typed):
		return 1
	case word("_") || word("/") || word("-"):
		return 2
	case strings.Contains(zone, typed):
		return 3
	}
	return -1
}

// meant gives what other names that begin so stand for.
func meant(typed string) []string {
	if len(typed) < 2 {
		return nil
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(zonesMeant)) {
		if strings.HasPrefix(strings.ToLower(name), typed) {
			all = append(all, zonesMeant[name]...)
		}
	}
	return all
}
