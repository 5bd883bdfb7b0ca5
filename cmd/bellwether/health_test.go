package main

import (
	"strings"
	"testing"
	"time"
)

func TestPulse(t *testing.T) {
	now := time.Unix(1_750_000_000, 0)
	p := newPulse()
	p.now = func() time.Time { return now }
	p.beat("dispatch", time.Minute)
	p.beat("matching", 2*time.Minute)
	p.beat("feed", time.Second)
	p.beat("feed", 0)
	if err := p.check(t.Context()); err != nil {
		t.Error(err)
	}
	now = now.Add(90 * time.Second)
	if err := p.check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": dispatch") {
		t.Errorf("%v, want that of dispatch", err)
	}
	now = now.Add(time.Minute)
	if err := p.check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": dispatch, matching") {
		t.Errorf("%v, want that of both", err)
	}
	p.beat("dispatch", time.Minute)
	p.beat("matching", time.Minute)
	if err := p.check(t.Context()); err != nil {
		t.Error(err)
	}
}
