package pipeline

import (
	"fmt"
	"strconv"
	"strings"
)

// Faults are the shares of calls that the platform answers wrongly, 0 to 1.
type Faults struct {
	Limited float64 // 429 with Retry-After, though no limit was met
	Broken  float64 // 500, and the message is not taken
	Hang    float64 // no answer, and the message is not taken
	Unheard float64 // the message is taken and the answer is lost
}

// FaultsHelp says how faults are written.
const FaultsHelp = "429=0.01,500=0.01,hang=0.001,lost=0.01"

// ParseFaults reads "429=0.01,500=0.01,hang=0.001,lost=0.01", of which any may
// be missing.
func ParseFaults(s string) (Faults, error) {
	var f Faults
	shares := map[string]*float64{"429": &f.Limited, "500": &f.Broken, "hang": &f.Hang, "lost": &f.Unheard}
	sum := 0.0
	for part := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		share := shares[strings.TrimSpace(name)]
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if share == nil || err != nil || v < 0 || v > 1 {
			return f, fmt.Errorf("fault %q: want shares from 0 to 1, such as %s", part, FaultsHelp)
		}
		*share = v
		sum += v
	}
	if sum > 0.9 {
		return f, fmt.Errorf("faults %q: at least a tenth of all calls has to succeed", s)
	}
	return f, nil
}
