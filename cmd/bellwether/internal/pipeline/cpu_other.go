//go:build !unix

package pipeline

import "time"

// cpu is not known here.
func cpu() time.Duration { return 0 }
