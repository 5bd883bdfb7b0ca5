package discord

// ReadEvent is for a fuzz test.
var ReadEvent = readEvent
