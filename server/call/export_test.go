package call

// TakeOver lets a dialog of a test take the place of whoever has the caller, as trunk.Replaced does.
func TakeOver(c *Call, by Dialog) { c.Tell(takeOver{by}) }

type takeOver struct{ by Dialog }

func (e takeOver) apply(c *Call) { c.replaced(c.partner, e.by) }

// TakeCallersPlace is the same for the caller's telephone.
func TakeCallersPlace(c *Call, by Dialog) { c.Tell(takeCallersPlace{by}) }

type takeCallersPlace struct{ by Dialog }

func (e takeCallersPlace) apply(c *Call) { c.replaced(c.leg, e.by) }
