// Package alerts holds the domain of Bellwether: articles, subscriptions,
// destinations, deliveries and the errors that sending them can end in.
//
// Everything below this package is pure: no I/O, no clock, no logger and no
// goroutine. Times and texts come in as values, results go out as values.
package alerts
