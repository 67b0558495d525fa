package call

// TakeOver lets a dialog of a test take the place of whoever has the caller, as trunk.Replaced does.
func TakeOver(c *Call, by Dialog) { c.Tell(takeOver{by}) }

type takeOver struct{ by Dialog }

func (e takeOver) apply(c *Call) { c.replaced(c.partner, e.by) }
