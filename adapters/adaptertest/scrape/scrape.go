// Package scrape reads metrics as Prometheus would, for tests.
package scrape

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
)

// Lines gives the samples of one metric in the text format, without its name:
// `{platform="slack"} 2`. Buckets and what is 0 are left out.
func Lines(t *testing.T, from prometheus.Gatherer, name string) []string {
	t.Helper()
	out, err := testutil.GatherAndFormat(from, expfmt.TypeTextPlain, name)
	if err != nil {
		t.Fatalf("gathering %s: %v", name, err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") && !strings.HasSuffix(line, " 0") && !strings.Contains(line, "_bucket{") {
			lines = append(lines, strings.TrimPrefix(line, name))
		}
	}
	return lines
}

// Want compares what Lines gives with want.
func Want(t *testing.T, from prometheus.Gatherer, name string, want ...string) {
	t.Helper()
	if got := Lines(t, from, name); !slices.Equal(got, want) {
		t.Errorf("%s is\n  %s\nwant\n  %s", name, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
