package fakediscord

type command struct{}

func commandRoutes() []*route     { return nil }
func interactionRoutes() []*route { return nil }
