package stage

import (
	"time"

	"cordboard/session/wire"
)

// Steps are a contact from its arrival to its end.
func Steps(now time.Time) []wire.Step {
	at := now.Add(-10 * time.Minute)
	s := func(after time.Duration, what, words string) wire.Step {
		return wire.Step{At: at.Add(after), What: what, Words: words}
	}
	return []wire.Step{
		s(204*time.Millisecond, "arrived", "+442079460018 to +442079460100, trunk london"),
		s(206*time.Millisecond, "queued", "support, VPN 2"),
		s(38*time.Second+771*time.Millisecond, "offered", "isaiah, idle longest, until 09:31:40"),
		s(41*time.Second, "declined", "isaiah, “on a ticket”"),
		s(41*time.Second+2*time.Millisecond, "offered", "adele, idle longest of 2 with VPN 2, until 09:32:01"),
		s(49*time.Second, "talking", "adele, waited 0:38"),
		s(3*time.Minute, "transfer", "Megan Bowen, 603 declined after 9.1 s"),
		s(3*time.Minute+9*time.Second, "back", "adele"),
		s(6*time.Minute, "group", "Megan Bowen joined"),
		s(9*time.Minute, "ended", "caller hung up, BYE, talked 6:10"),
		s(9*time.Minute+31*time.Second, "wrap-up", "adele, VPN, 0:31, done"),
	}
}
