package bot_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/bot"
)

func TestZones(t *testing.T) {
	for typed, want := range map[string]string{
		"": "UTC", "bru": "Europe/Brussels", "europe/brussels": "Europe/Brussels", "new y": "America/New_York", "New York": "America/New_York",
		"york": "America/New_York", "utc": "UTC", "asia": "Asia/Almaty", "est": "America/New_York", "brusels": "Europe/Brussels",
	} {
		if got := bot.Zones(typed); len(got) == 0 || got[0] != want && !slices.Contains(got, want) {
			t.Errorf("Zones(%q) = %v, want %s among them", typed, got, want)
		}
	}
	if got := bot.Zones("bru"); len(got) != 1 || got[0] != "Europe/Brussels" {
		t.Errorf("a city that begins so is not all: %v", got)
	}
}

func TestZonesAreZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := bot.Zones(rapid.OneOf(rapid.String(), rapid.StringMatching("[A-Za-z/_ ]{0,8}")).Draw(t, "typed"))
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
