// Package examples holds what Bellwether shows to those who have configured
// nothing yet: sample wire texts, all of them invented for this project, and a
// catalogue of public policy feeds.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed wires/*.txt
var wires embed.FS

// Wires gives the sample wire texts, one story a file, in the root of the
// returned file system. Places, people and publishers in them are invented.
func Wires() fs.FS {
	sub, err := fs.Sub(wires, "wires")
	if err != nil {
		panic(err) // only for a path that is not valid, and this one is
	}
	return sub
}
