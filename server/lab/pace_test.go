package lab

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestALateTurnIsMadeUpForAndAStandstillIsNot(t *testing.T) {
	for name, c := range map[string]struct {
		late time.Duration
		want int // turns in the second in which one takes that long
	}{
		"in time":      {0, 50},
		"late":         {70 * time.Millisecond, 50},
		"very late":    {400 * time.Millisecond, 50},
		"a standstill": {600 * time.Millisecond, 50 - 600/20 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended, turns := make(chan struct{}), 0
				go keepPace(20*time.Millisecond, ended, func() {
					if turns++; turns == 10 {
						time.Sleep(c.late)
					}
				})
				time.Sleep(time.Second + time.Millisecond)
				close(ended)
				synctest.Wait()
				if turns != c.want {
					t.Errorf("%d turns in a second, want %d", turns, c.want)
				}
			})
		})
	}
}
