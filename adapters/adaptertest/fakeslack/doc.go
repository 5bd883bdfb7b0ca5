// Package fakeslack is a Slack for tests, over real HTTP and WebSocket: the
// Web API, Socket Mode, signed requests, OAuth, and people who type, press and
// read. It refuses what Slack refuses, so that a wrong call fails a test.
//
// A test makes a [Server], adds teams, people and channels, gives the app under
// test its [Server.API] and tokens, opens a way in ([Server.Socket] or
// [Server.HTTP]), and then acts as people do: [Server.Command], [Server.Say],
// [Server.Mention], [Server.Press], [Server.Submit]. [Server.Await] waits until
// something is so.
package fakeslack
