// Package doctor says what is wrong with an installation and how to mend it.
package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// State is how bad a finding is.
type State string

// The states. A problem keeps something from working; a warning will, or costs
// more than it should.
const (
	OK      State = "ok"
	Warning State = "warning"
	Problem State = "problem"
)

// Finding is one thing that was looked at.
type Finding struct {
	Part  string `json:"part"` // store, slack, sources…
	State State  `json:"state"`
	Text  string `json:"text"`
	Mend  string `json:"mend,omitempty"` // what to do; empty if nothing is wrong
}

// Report collects findings.
type Report struct {
	part     string
	findings []Finding
}

// Part begins another part.
func (r *Report) Part(name string) { r.part = name }

// OK notes what is well.
func (r *Report) OK(format string, args ...any) {
	r.add(OK, "", format, args...)
}

// Warn notes what should be mended, and how.
func (r *Report) Warn(mend, format string, args ...any) {
	r.add(Warning, mend, format, args...)
}

// Fail notes what must be mended, and how.
func (r *Report) Fail(mend, format string, args ...any) {
	r.add(Problem, mend, format, args...)
}

// add keeps text on one line: parts of it are what others wrote.
func (r *Report) add(s State, mend, format string, args ...any) {
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	r.findings = append(r.findings, Finding{Part: r.part, State: s, Text: text, Mend: mend})
}

// Count gives how many findings are so.
func (r *Report) Count(s State) int {
	n := 0
	for _, f := range r.findings {
		if f.State == s {
			n++
		}
	}
	return n
}

// JSON writes one object a line.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range r.findings {
		if err := enc.Encode(f); err != nil {
			return fmt.Errorf("print the findings: %w", err)
		}
	}
	return nil
}

// Print writes it for people.
func (r *Report) Print(w io.Writer) error {
	var b strings.Builder
	part := ""
	for _, f := range r.findings {
		if f.Part != part {
			part = f.Part
			fmt.Fprintln(&b, part)
		}
		fmt.Fprintf(&b, "  %-8s %s\n", f.State, f.Text)
		if f.Mend != "" {
			fmt.Fprintf(&b, "  %-8s → %s\n", "", f.Mend)
		}
	}
	switch problems, warnings := r.Count(Problem), r.Count(Warning); {
	case problems == 0 && warnings == 0:
		b.WriteString("All is well.\n")
	default:
		fmt.Fprintf(&b, "%s, %s.\n", many(problems, "problem"), many(warnings, "warning"))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the findings: %w", err)
	}
	return nil
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
