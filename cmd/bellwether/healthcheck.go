package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// newHealthcheck asks a running bellwether how it is: containers without a
// shell use it.
func newHealthcheck(w world) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "healthcheck [--addr HOST:PORT]",
		Short: "Ask the bellwether on this machine whether it is well (for containers)",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if addr == "" {
				addr, _ = w.lookup("BELLWETHER_HTTP_LISTEN")
			}
			if addr == "" {
				return usagef("no address: set BELLWETHER_HTTP_LISTEN, or give --addr HOST:PORT")
			}
			return healthcheck(cmd.Context(), addr)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "`HOST:PORT` of http.listen (default: BELLWETHER_HTTP_LISTEN)")
	return cmd
}

func healthcheck(ctx context.Context, addr string) error {
	return ask(ctx, addr, "/healthz", nil)
}

// ask reads what the bellwether at addr serves at a path, with read unless that
// is nil.
func ask(ctx context.Context, addr, path string, read func(io.Reader) error) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--addr %q: write HOST:PORT", addr)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	target := "http://" + net.JoinHostPort(host, port) + path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return fmt.Errorf("asking %s: %w", target, err)
	}
	res, err := http.DefaultClient.Do(req)
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err // without the address, which is said already
	}
	if err != nil {
		return fmt.Errorf("asking %s: %w", target, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %s: it answered %s%s", target, res.Status, wrong(res.Body))
	}
	if read == nil {
		return nil
	}
	if err := read(res.Body); err != nil {
		return fmt.Errorf("reading what %s answered: %w", target, err)
	}
	return nil
}

// wrong gives what an answer of /healthz says is wrong, empty if it says
// nothing.
func wrong(body io.Reader) string {
	var said struct {
		Checks map[string]struct {
			Why string `json:"why"`
		} `json:"checks"`
	}
	if err := json.NewDecoder(io.LimitReader(body, 64<<10)).Decode(&said); err != nil {
		return ""
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(said.Checks)) {
		if why := said.Checks[name].Why; why != "" {
			fmt.Fprintf(&out, ": %s: %s", name, why)
		}
	}
	return out.String()
}
