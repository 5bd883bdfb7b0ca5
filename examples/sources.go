package examples

import (
	"bytes"
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

//go:embed sources.yaml
var catalogue []byte

// Source is a public feed of policy news; sources.yaml says what its fields
// may hold.
type Source struct {
	Name     string `yaml:"name"`
	Address  string `yaml:"address"`
	Format   string `yaml:"format"` // RSS or Atom
	Note     string `yaml:"note"`
	Kind     string `yaml:"kind"`
	Country  string `yaml:"country"`
	Language string `yaml:"language"`
	Status   string `yaml:"status"`
	// Default marks those that are read when nothing is configured.
	Default bool `yaml:"default"`
}

// Sources gives the catalogue, in its order.
func Sources() []Source {
	var out []Source
	dec := yaml.NewDecoder(bytes.NewReader(catalogue))
	dec.KnownFields(true)
	if err := dec.Decode(&out); err != nil {
		panic(fmt.Sprintf("read the embedded catalogue of sources: %v", err)) // the tests read it
	}
	return out
}
