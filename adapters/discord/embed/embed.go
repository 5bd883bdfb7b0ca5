// Package embed lays out what Bellwether shows in Discord: alerts, digests,
// replies, lists and modals. It does no I/O.
package embed
