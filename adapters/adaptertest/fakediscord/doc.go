// Package fakediscord is a Discord for tests, over real HTTP and WebSocket: the
// REST API with its rate limits, the gateway, interactions by both ways, and
// people who type, press and read. It refuses what Discord refuses, with
// Discord's own error codes, and notes what a well-behaved app does not do.
//
// A test makes a [Server], adds guilds, people and channels, gives the app under
// test its [Server.API] and [Token], opens a way in ([Server.Gateway] or
// [Server.HTTP]), and then acts as people do: [Server.Slash], [Server.Complete],
// [Server.Press], [Server.Choose], [Server.SubmitModal], [Server.Say].
// [Server.Await] waits until something is so, and [Server.Clean] fails the test
// for what the app must not do.
package fakediscord
