package terminal

import (
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
)

var (
	_ dispatch.Messenger = (*Terminal)(nil)
	_ Handler            = (*bot.Bot)(nil)
)
