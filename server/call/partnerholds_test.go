package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// turnsTo is a re-INVITE of a telephone's hold key.
func turnsTo(v *voice, d *dialog, how media.Direction) {
	v.turns(how)
	d.sink(trunk.Reoffered{SDP: []byte("another direction")})
	synctest.Wait()
}

// Who has the caller after a transfer holds, in both forms: the caller hears our music until the telephone is back.
func TestWhoHasTheCallerHolds(t *testing.T) {
	for name, how := range map[string]media.Direction{"inactive": media.Inactive, "sendonly": media.SendOnly} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, _, phone := withMegan(h)
				for range 2 {
					turnsTo(h.leg(1), phone, how)
					h.hears(h.leg(0), "music")
					h.hears(h.leg(1), "silence")
					turnsTo(h.leg(1), phone, media.SendRecv)
					h.hears(h.leg(0), "megan")
					h.hears(h.leg(1), "caller")
				}
			})
		})
	}
}

// A Teams client holds the call before it hands it on. When nobody takes it, the caller hears music until the client is back, and the
// next hold is followed again.
func TestWhoHoldsAndHandsOnInVain(t *testing.T) {
	t.Run("comes back after it", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := withMegan(h)
			turnsTo(h.leg(1), phone, media.Inactive)
			refer(phone, colleague)
			h.hears(h.leg(0), "ringback")
			h.phone(1).sink(trunk.Rejected{Code: 486})
			h.hears(h.leg(0), "music")
			turnsTo(h.leg(1), phone, media.SendRecv)
			h.hears(h.leg(0), "megan")
		})
	})
	t.Run("is back before it", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := withMegan(h)
			turnsTo(h.leg(1), phone, media.SendOnly)
			refer(phone, colleague)
			turnsTo(h.leg(1), phone, media.SendRecv)
			h.hears(h.leg(0), "ringback")
			h.phone(1).sink(trunk.Rejected{Code: 480})
			h.hears(h.leg(0), "megan")
			turnsTo(h.leg(1), phone, media.SendOnly)
			h.hears(h.leg(0), "music")
		})
	})
	t.Run("holds while it rings", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := withMegan(h)
			refer(phone, colleague)
			turnsTo(h.leg(1), phone, media.Inactive)
			h.hears(h.leg(0), "ringback")
			time.Sleep(18 * time.Second)
			h.hears(h.leg(0), "music")
		})
	})
}

// Who was asked, or was in the group, gets the caller while having the agent on hold: music, not silence.
func TestWhoGetsTheCallerWhileHolding(t *testing.T) {
	t.Run("asked", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			h.ready("adele")
			h.arrives("+442079460042")
			c := h.answers("adele")
			h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} })
			h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
			turnsTo(h.leg(1), h.phone(0), media.Inactive)
			h.must(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} })
			h.want("adele", fact.Wrapup)
			h.hears(h.leg(0), "music")
			turnsTo(h.leg(1), h.phone(0), media.SendRecv)
			h.hears(h.leg(0), "megan")
		})
	})
	t.Run("in the group", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, c := h.gathers(megan)
			turnsTo(h.leg(1), h.phone(0), media.SendOnly)
			h.must(c, leave)
			h.want("adele", fact.Wrapup)
			h.hears(h.leg(0), "music")
			turnsTo(h.leg(1), h.phone(0), media.SendRecv)
			h.hears(h.leg(0), "guest")
		})
	})
}

// The caller's telephone changes to another while who has the caller holds: the music goes on there.
func TestTheCallersOtherTelephoneHearsTheMusicToo(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, _, phone := withMegan(h)
		turnsTo(h.leg(1), phone, media.Inactive)
		call.TakeCallersPlace(c, &dialog{info: trunk.Info{SDP: []byte("offer")}})
		synctest.Wait()
		h.hears(h.leg(2), "music")
		turnsTo(h.leg(1), phone, media.SendRecv)
		h.hears(h.leg(2), "megan")
	})
}
