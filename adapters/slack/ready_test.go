package slack_test

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/slack"
)

// awaitReady waits until the app is ready.
func awaitReady(t *testing.T, app *slack.App) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; <-time.After(5 * time.Millisecond) {
		err := app.Ready()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

func TestAppIsReadyWithASocket(t *testing.T) {
	var app *slack.App
	t.Run("while it runs", func(t *testing.T) {
		app = newRig(t, bySocket, rigOptions{}).app
		awaitReady(t, app)
	})
	if app.Ready() == nil {
		t.Error("ready after its end")
	}
}

func TestAppIsReadyByHTTP(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	awaitReady(t, r.app)
	if slack.New(slack.Config{Teams: r.teams}).Ready() == nil {
		t.Error("ready before Run")
	}
}
