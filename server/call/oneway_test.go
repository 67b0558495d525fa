package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
)

func TestSoundThatGoesOneWayAloneIsSaidOnTheCardAndEndsNothing(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		h.answers("adele")
		for _, c := range []struct{ dir, card string }{{"to", "from_caller"}, {"from", "to_caller"}, {"", ""}} {
			h.leg(0).tells(media.OneWay{Dir: c.dir, Since: time.Now()})
			synctest.Wait()
			if got := h.cardOf("adele").OneWay; got != c.card {
				t.Errorf("direction %q: the card says %q, want %q", c.dir, got, c.card)
			}
			time.Sleep(2 * time.Minute)
			if h.want("adele", fact.Talking); d.has("hangup") || d.has("probe") {
				t.Fatalf("direction %q: %s", c.dir, d.all())
			}
		}
	})
}
