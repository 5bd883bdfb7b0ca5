package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// part is a piece of the program that runs until its context ends.
type part struct {
	name string
	run  func(context.Context) error
	// last: when it ends by itself, so does the program. So it does when run
	// returns errLast.
	last bool
}

var errLast = errors.New("nothing is to be done any more")

// serve runs stages until ctx ends, a part fails or the last one leaves. Then
// the stages end one after the other: what comes in first, so that those behind
// can finish what they have. Each bounds by itself how long that takes.
func serve(ctx context.Context, stages [][]part) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var ends []func() error
	for _, stage := range stages {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		parts, own := errgroup.WithContext(own)
		for _, p := range stage {
			parts.Go(func() error {
				err := p.run(own)
				if err != nil && own.Err() == nil && !errors.Is(err, errLast) {
					err = fmt.Errorf("%s: %w", p.name, err)
					stop(err)
					return err
				}
				if p.last || err != nil {
					stop(nil)
				}
				return nil
			})
		}
		ends = append(ends, func() error {
			cancel()
			return parts.Wait()
		})
	}
	<-ctx.Done()
	var errs []error
	for _, end := range ends {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}
