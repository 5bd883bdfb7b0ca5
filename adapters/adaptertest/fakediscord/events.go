package fakediscord

// event waits to be sent over the gateway.
type event struct {
	guild, name string
	data        any
}

// sending keeps the order of events: they are noted under the server's lock, and
// sent outside of it by one at a time, who sends on what others note meanwhile.
type sending struct {
	queued []event
	busy   bool
}

// emit notes an event, under the lock; flush sends it. A bot is told nothing of
// a guild that it is not in, but for what people do with it there.
func (s *Server) emit(guild, name string, data any) {
	if g := s.guilds[guild]; g != nil && g.Without && name != "INTERACTION_CREATE" {
		return
	}
	s.events.queued = append(s.events.queued, event{guild, name, data})
}

// flush sends what was noted, without the lock. Nobody waits for another who is
// sending: an app may call in the midst of it.
func (s *Server) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events.busy {
		return
	}
	s.events.busy = true
	for len(s.events.queued) > 0 {
		queued := s.events.queued
		s.events.queued = nil
		s.mu.Unlock()
		for _, e := range queued {
			s.gw.dispatch(e.guild, e.name, e.data)
		}
		s.mu.Lock()
	}
	s.events.busy = false
}

// Gateway opens the gateway as the way in.
func (s *Server) Gateway() Door {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = gatewayDoor{s}
	return s.door
}

type gatewayDoor struct{ s *Server }

func (d gatewayDoor) deliver(guild string, payload object) (int, []byte) {
	d.s.mu.Lock()
	d.s.emit(guild, "INTERACTION_CREATE", payload)
	d.s.mu.Unlock()
	d.s.flush()
	return 0, nil
}

// started counts a session of the gateway that begins; false: no more may.
func (s *Server) started() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.starts == 0 {
		return false
	}
	s.starts--
	return true
}

// guildsOf gives the GUILD_CREATE of every guild of a shard that the bot is in.
func (s *Server) guildsOf(shard, count int) []object {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []object
	for _, id := range sortedKeys(s.guilds) {
		if g := s.guilds[id]; !g.Without && shardOf(id, count) == shard {
			out = append(out, s.guildCreate(g))
		}
	}
	return out
}
