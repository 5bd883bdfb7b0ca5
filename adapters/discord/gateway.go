package discord

import (
	"context"
	"log/slog"
	"time"
)

// GatewayConfig is what a Gateway is made of. Logger and Now may be nil.
type GatewayConfig struct {
	Client *Client
	Leases Leases
	Once   Once
	// Holder names this process among those that share the shards.
	Holder string
	Now    func() time.Time
	Logger *slog.Logger
}

// Gateway is the way in by Discord's gateway.
type Gateway struct {
	GatewayConfig
}

// NewGateway makes a gateway.
func NewGateway(c GatewayConfig) *Gateway { return &Gateway{GatewayConfig: c} }

// Run holds shards and hands what they tell to handle until ctx ends: values of
// discordgo's event types, those of one shard one after the other. handle must
// return at once.
func (g *Gateway) Run(ctx context.Context, handle func(event any)) error { return nil }
