package lab

import "time"

// standstill is how late a turn may be and still be made up for: who stood still for longer goes on from now.
const standstill = 500 * time.Millisecond

// keepPace calls turn as often as time passes, until ended. A ticker leaves out the turns for which its reader comes too late, and
// then a voice takes longer than it lasts: whoever listens hears holes, and looks for them at the wrong end.
func keepPace(every time.Duration, ended <-chan struct{}, turn func()) {
	next := time.Now().Add(every)
	timer := time.NewTimer(every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ended:
			return
		}
		now := time.Now()
		if now.Sub(next) > standstill {
			next = now
		}
		for ; !next.After(now); next = next.Add(every) {
			turn()
		}
		timer.Reset(time.Until(next))
	}
}
