package server

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestDesksReadTheirDayOneAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns, began := newTurns(), time.Now()
		at := make(chan time.Duration, 3)
		for range 3 {
			go func() {
				defer turns.take()()
				at <- time.Since(began)
				time.Sleep(4 * time.Millisecond) // the question
			}()
		}
		got := []time.Duration{<-at, <-at, <-at}
		if step := 4*time.Millisecond + between; !slices.Equal(got, []time.Duration{0, step, 2 * step}) {
			t.Errorf("the turns began at %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
	})
}
