package fakediscord

import (
	"encoding/json"
	"slices"
	"strconv"
)

// command is a registered command.
type command struct {
	id, guild string // guild is empty for a global one
	version   string
	raw       object
}

func (c *command) name() string { return c.raw["name"].(string) }

func (c *command) kind() int {
	if c.raw["type"] == nil {
		return 1
	}
	return number(c.raw, "type")
}

func commandRoutes() []*route {
	var out []*route
	for _, where := range []string{"applications/{app}/commands", "applications/{app}/guilds/{guild}/commands"} {
		out = append(out,
			&route{method: "GET", path: where, handle: (*Server).getCommands},
			&route{method: "PUT", path: where, handle: (*Server).putCommands},
			&route{method: "POST", path: where, handle: (*Server).postCommand},
			&route{method: "GET", path: where + "/{command}", handle: (*Server).getCommand},
			&route{method: "DELETE", path: where + "/{command}", handle: (*Server).deleteCommand},
		)
	}
	in := "applications/{app}/guilds/{guild}/commands"
	return append(out,
		&route{method: "GET", path: in + "/permissions", handle: (*Server).getAllSettings},
		&route{method: "GET", path: in + "/{command}/permissions", handle: (*Server).getSettings},
	)
}

// scope checks the app and the guild of a path.
func (s *Server) scope(q *request) (guild string, no *refusal) {
	if q.path("app") != AppID {
		return "", refuse(404, 10002, "Unknown Application")
	}
	if guild = q.path("guild"); guild != "" {
		if g := s.guilds[guild]; g == nil || g.Without {
			return "", refuse(403, 50001, "Missing Access")
		}
	}
	return guild, nil
}

// commandJSON is a command as Discord gives it: with localizations only if
// they are asked for.
func (c *command) commandJSON(localized bool) object {
	out := object{
		"type": 1, "default_member_permissions": nil, "nsfw": false, "contexts": nil, "integration_types": []int{0},
		"name_localizations": nil, "description_localizations": nil,
	}
	raw, _ := json.Marshal(c.raw)
	var own object
	_ = json.Unmarshal(raw, &own)
	for name, v := range own {
		if v != nil {
			out[name] = v
		}
	}
	tidy(out["options"])
	if !localized {
		plain(out)
	}
	out["id"], out["application_id"], out["version"] = c.id, AppID, c.version
	if c.guild != "" {
		out["guild_id"] = c.guild
	}
	return out
}

// tidy leaves out what Discord leaves out of options: what is null or false.
func tidy(v any) {
	list, _ := v.([]any)
	for _, e := range list {
		o, _ := e.(object)
		for name, v := range o {
			if v == nil || v == false {
				delete(o, name)
			}
		}
		tidy(o["options"])
	}
}

func plain(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			plain(e)
		}
	case object:
		delete(v, "name_localizations")
		delete(v, "description_localizations")
		plain(v["options"])
		plain(v["choices"])
	}
}

func (s *Server) commandsOf(guild string) []*command {
	var out []*command
	for _, c := range s.commands {
		if c.guild == guild {
			out = append(out, c)
		}
	}
	return out
}

func listed(list []*command, localized bool) []object {
	out := []object{}
	for _, c := range list {
		out = append(out, c.commandJSON(localized))
	}
	return out
}

func (s *Server) getCommands(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	return listed(s.commandsOf(guild), q.query("with_localizations") == "true"), nil
}

func (s *Server) getCommand(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	for _, c := range s.commandsOf(guild) {
		if c.id == q.path("command") {
			return c.commandJSON(true), nil
		}
	}
	return nil, refuse(404, 10063, "Unknown application command")
}

func (s *Server) deleteCommand(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	n := len(s.commands)
	s.commands = slices.DeleteFunc(s.commands, func(c *command) bool { return c.guild == guild && c.id == q.path("command") })
	if len(s.commands) == n {
		return nil, refuse(404, 10063, "Unknown application command")
	}
	return nil, nil
}

// putCommands replaces all commands. One that keeps its name keeps its id.
func (s *Server) putCommands(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	var list []object
	if json.Unmarshal(q.raw, &list) != nil {
		return nil, broken()
	}
	if no := s.replace(guild, list); no != nil {
		return nil, no
	}
	return listed(s.commandsOf(guild), true), nil
}

func (s *Server) replace(guild string, list []object) *refusal {
	if no := checkCommands(list); no != nil {
		return no
	}
	before := s.commandsOf(guild)
	if no := s.create(guild, list, before); no != nil {
		return no
	}
	s.commands = slices.DeleteFunc(s.commands, func(c *command) bool { return c.guild == guild })
	for _, raw := range list {
		s.store(guild, raw, before)
	}
	return nil
}

// maxCreates: https://discord.com/developers/docs/interactions/application-commands#registering-a-command
const maxCreates = 200

// create counts the commands that are new; only so many may be in a day.
func (s *Server) create(guild string, list []object, before []*command) *refusal {
	fresh := 0
	for _, raw := range list {
		if !slices.ContainsFunc(before, func(c *command) bool { return c.name() == raw["name"] }) {
			fresh++
		}
	}
	if s.creates[guild]+fresh > maxCreates {
		return refuse(400, 30034, "Max number of daily application command creates has been reached (200)")
	}
	s.creates[guild] += fresh
	return nil
}

// store adds a command, with the id of the one in before that has its name.
func (s *Server) store(guild string, raw object, before []*command) *command {
	// Discord takes permissions as a number too, and gives them as a string.
	if n, ok := raw["default_member_permissions"].(float64); ok {
		raw["default_member_permissions"] = strconv.FormatInt(int64(n), 10)
	}
	c := &command{id: s.ID(), version: s.ID(), guild: guild, raw: raw}
	for _, old := range before {
		if old.name() == c.name() && old.kind() == c.kind() {
			c.id = old.id
		}
	}
	s.commands = append(s.commands, c)
	return c
}

func (s *Server) postCommand(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	if no := checkCommands([]object{q.body}); no != nil {
		return nil, no
	}
	before := s.commandsOf(guild)
	if no := s.create(guild, []object{q.body}, before); no != nil {
		return nil, no
	}
	s.commands = slices.DeleteFunc(s.commands, func(c *command) bool { return c.guild == guild && c.name() == q.body["name"] })
	return s.store(guild, q.body, before).commandJSON(true), nil
}

// Commands gives the commands of a guild, or the global ones, as Discord keeps
// them.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return listed(s.commandsOf(guild), true)
}

// Register keeps commands as if the app had registered them before: anything
// whose JSON is a list of commands.
func (s *Server) Register(guild string, commands any) {
	s.t.Helper()
	raw, err := json.Marshal(commands)
	var list []object
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		s.t.Fatalf("commands to register: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if no := s.replace(guild, list); no != nil {
		s.t.Fatalf("commands to register: %s: %v", no.message, no.errors)
	}
	s.wake()
}
