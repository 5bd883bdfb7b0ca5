package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

const (
	// maxBody bounds what Discord may send; a message with ten embeds and a modal
	// of 4,000 characters are well below.
	maxBody = 1 << 20
	// signatureAge is how old a request may be, and how far ahead.
	signatureAge = 5 * time.Minute
	// signatureKept is longer than a signature is good.
	signatureKept = 11 * time.Minute
	// signatureTime bounds the question whether another replica has seen a
	// signature: with promptTime it stays well below Discord's three seconds.
	signatureTime = 500 * time.Millisecond
)

// serveInteraction takes what Discord signed within five minutes, each once.
// Nothing in a body is read before.
// Source: https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
func (a *App) serveInteraction(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body can't be read, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !a.genuine(r.Context(), r.Header, body) {
		refuse(w)
		return
	}
	i, ok := readInteraction(body)
	if !ok {
		http.Error(w, "not an interaction", http.StatusBadRequest)
		return
	}
	answer, sent, ok := a.interaction(i)
	defer sent()
	if !ok {
		refuse(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // if Discord hung up, the person is told so by it
	_ = http.NewResponseController(w).Flush()
}

func refuse(w http.ResponseWriter) {
	http.Error(w, "not signed by Discord, too old, or sent before", http.StatusUnauthorized)
}

// readInteraction reads a body. discordgo's reader may panic on one that is not
// as it expects.
func readInteraction(body []byte) (i *discordgo.Interaction, ok bool) {
	defer func() {
		if recover() != nil {
			i, ok = nil, false
		}
	}()
	i = &discordgo.Interaction{}
	return i, json.Unmarshal(body, i) == nil
}

// genuine reports whether a request is Discord's, of now, and here for the
// first time. discordgo's own check panics on a key of another length and knows
// no age.
func (a *App) genuine(ctx context.Context, h http.Header, body []byte) bool {
	stamp, signature := h.Get("X-Signature-Timestamp"), h.Get("X-Signature-Ed25519")
	sig, err := hex.DecodeString(signature)
	if err != nil || len(sig) != ed25519.SignatureSize || len(a.PublicKey) != ed25519.PublicKeySize {
		return false
	}
	if !ed25519.Verify(a.PublicKey, append([]byte(stamp), body...), sig) {
		return false
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || a.Now().Sub(time.Unix(seconds, 0)).Abs() > signatureAge {
		return false
	}
	name := hex.EncodeToString(sig) // one form of it
	if !a.replays.First(name, a.Now()) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, signatureTime)
	defer cancel()
	fresh, err := a.Once.Once(ctx, "discord signature "+name, signatureKept)
	return fresh || err != nil // a store that fails must not keep people out
}
