package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	sample   = regexp.MustCompile(`(?m)^(bellwether_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? `)
	name     = regexp.MustCompile(`\b(bellwether_[a-z_]+)(?:\{([^}]*)\})?`)
	labelled = regexp.MustCompile(`(\w+)(?:=~|!=|!~|=)"`)
)

// exported gives the labels of each metric that the program serves, by name.
func exported(t *testing.T) map[string]map[string]bool {
	t.Helper()
	body := scrapeOf(t)
	out := map[string]map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (bellwether_\w+) `).FindAllStringSubmatch(body, -1) {
		out[m[1]] = map[string]bool{"job": true, "instance": true}
	}
	for _, m := range sample.FindAllStringSubmatch(body, -1) {
		for _, l := range labelled.FindAllStringSubmatch(m[2], -1) {
			if of := out[m[1]]; of != nil {
				of[l[1]] = true
			}
		}
	}
	return out
}

// family is the metric that a name of an expression belongs to.
func family(known map[string]map[string]bool, name string) string {
	for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(name, suffix); ok && known[base] != nil {
			return base
		}
	}
	return ""
}

// What is drawn, what rings and what is described must be what is served.
func TestDashboardAlertsAndDocsNameWhatIsServed(t *testing.T) {
	known := exported(t)
	described := map[string]bool{}
	for _, file := range []string{"deploy/grafana/bellwether.json", "deploy/prometheus/alerts.yml", "docs/monitoring.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", file))
		if err != nil {
			t.Fatal(err)
		}
		found := name.FindAllStringSubmatch(strings.ReplaceAll(string(text), `\"`, `"`), -1)
		if len(found) < 15 {
			t.Errorf("%s names %d metrics", file, len(found))
		}
		for _, m := range found {
			base := family(known, m[1])
			if base == "" {
				t.Errorf("%s names %s, which is not served", file, m[1])
				continue
			}
			described[base] = described[base] || strings.HasPrefix(file, "docs/")
			for _, l := range labelled.FindAllStringSubmatch(m[2], -1) {
				if !known[base][l[1]] && l[1] != "le" {
					t.Errorf("%s asks for the label %s of %s, which it has not", file, l[1], m[1])
				}
			}
		}
	}
	for _, metric := range slices.Sorted(maps.Keys(known)) {
		if !described[metric] {
			t.Errorf("docs/monitoring.md does not describe %s", metric)
		}
	}
}

func TestAlertRulesSayWhatToDo(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "prometheus", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Expr == "" || seen[r.Alert] || !slices.Contains([]string{"critical", "warning", "info"}, r.Labels["severity"]) ||
				r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("rule %+v", r)
			}
			seen[r.Alert] = true
		}
	}
	if len(seen) < 10 {
		t.Errorf("%d rules", len(seen))
	}
}

func TestDashboardPanels(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "grafana", "bellwether.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		UID    string
		Panels []struct {
			ID          int
			Type, Title string
			GridPos     struct{ X, W int }
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	for _, p := range board.Panels {
		if p.Title == "" || ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || (p.Type == "row") != (len(p.Targets) == 0) {
			t.Errorf("panel %+v", p)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			if strings.Count(target.Expr, "(") != strings.Count(target.Expr, ")") || !strings.Contains(target.Expr, `job=~"$job"`) {
				t.Errorf("%s: %s", p.Title, target.Expr)
			}
		}
	}
	if board.UID == "" || len(ids) < 20 {
		t.Errorf("%q with %d panels", board.UID, len(ids))
	}
}
