package bot

import "strings"

// ZoneNamesForTest gives the zones that [Zones] knows.
func ZoneNamesForTest() []string { return strings.Fields(busyZones + quietZones) }
