package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/bot"
)

func TestZones(t *testing.T) {
	for typed, want := range map[string]string{ // the first
		"": "UTC", "utc": "UTC", "bru": "Europe/Brussels", "europe/brussels": "Europe/Brussels", "EUROPE/BRU": "Europe/Brussels",
		"new y": "America/New_York", "New York": "America/New_York", "york": "America/New_York", "  new   york ": "America/New_York",
		"asia": "Asia/Almaty", "bois": "America/Boise", "Port-au": "America/Port-au-Prince", "isle": "Europe/Isle_of_Man",
		"beij": "Asia/Shanghai", "mumbai": "Asia/Kolkata", "aest": "Australia/Sydney", "brusels": "Europe/Brussels",
		"san": "America/Santiago", "aires": "America/Argentina/Buenos_Aires", "ho chi": "Asia/Ho_Chi_Minh",
	} {
		if got := bot.Zones(typed); len(got) == 0 || got[0] != want {
			t.Errorf("Zones(%q) = %v, want %s first", typed, got, want)
		}
	}
	if got := bot.Zones("bruss"); len(got) != 1 {
		t.Errorf("a city that begins so is not all: %v", got)
	}
	if got := bot.Zones("est"); len(got) < 2 || got[1] != "America/New_York" {
		t.Errorf("beside a zone without summer time there is none with it: %v", got)
	}
	if got := bot.Zones("qqqqqqq"); got != nil {
		t.Errorf("zones like nothing: %v", got)
	}
}

func TestZonesAreZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching("[A-Za-z/_ ]{0,8}")).Draw(t, "typed")
		all := bot.Zones(typed)
		if len(all) > 25 {
			t.Fatalf("%d zones", len(all))
		}
		for i, z := range all {
			if _, err := time.LoadLocation(z); err != nil || slices.Contains(all[:i], z) {
				t.Fatalf("%q: %v, or twice in %v", z, err, all)
			}
		}
	})
}

// TestZonesLeadToEach: as it is typed, by its city or whole, in any case and
// with spaces, a zone is among what is offered, at the latest when all of it
// is there; then first.
func TestZonesLeadToEach(t *testing.T) {
	known := bot.ZoneNamesForTest()
	if len(known) < 400 {
		t.Fatalf("%d zones", len(known))
	}
	for _, zone := range known {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Error(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(known).Draw(t, "zone")
		text := zone
		if rapid.Bool().Draw(t, "city alone") {
			text = zone[strings.LastIndexByte(zone, '/')+1:]
		}
		if rapid.Bool().Draw(t, "spaces") {
			text = strings.ReplaceAll(text, "_", " ")
		}
		if rapid.Bool().Draw(t, "capitals") {
			text = strings.ToUpper(text)
		}
		if got := bot.Zones(text); !slices.Contains(got[:min(2, len(got))], zone) {
			t.Fatalf("Zones(%q) = %v, not %s", text, got, zone)
		}
		typed := text[:rapid.IntRange(0, len(text)).Draw(t, "letters")]
		if got := bot.Zones(typed); len(got) < 25 && !slices.Contains(got, zone) {
			t.Fatalf("Zones(%q) = %v, not %s", typed, got, zone)
		}
	})
}
