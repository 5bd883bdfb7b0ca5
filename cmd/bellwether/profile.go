package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
)

// profiled calls f and writes a CPU profile of it to a file, if one is named.
func profiled(name string, f func() error) (err error) {
	if name == "" {
		return f()
	}
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("writing a profile: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := pprof.StartCPUProfile(file); err != nil {
		return fmt.Errorf("writing a profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return f()
}
