package server_test

import (
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestWhoIsHeardWhenSomebodyLeavesAGroup: through the real mixer, four are in a call. One hangs up, one vanishes without a word, the agent leaves: the
// others go on hearing each other without a break, and nobody hears who is gone.
func TestWhoIsHeardWhenSomebodyLeavesAGroup(t *testing.T) {
	t.Parallel()
	const leeNumber, leeChirp = "+442079460102", 5
	h := newHouse(t, houseOptions{wrap: "0 s", outbound: "confirm: never"})
	speaking := lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: speaks(expertChirp), Repeat: true}
	phone := h.sbc.Phone(meganNumber, speaking)
	speaking.Say = speaks(leeChirp)
	other := h.sbc.Phone(leeNumber, speaking)
	p := h.console(t, "adele")
	h.signIn(p, adele)
	ctx := within(t, 110*time.Second)
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	p.says(0, "offer", "Nestor Wilke")
	p.types("answer")
	hearing(t, ctx, "the caller", caller.Heard(), agentChirp)
	add := func(whom string, ph *lab.Phone) *lab.PhoneCall {
		t.Helper()
		p.types("add " + whom)
		m, err := ph.Next(ctx)
		if err != nil {
			t.Fatalf("%s is not rung: %v", whom, err)
		}
		hearing(t, ctx, whom, m.Heard(), agentChirp, callerChirp)
		return m
	}
	megan := add("1", phone)
	lee := add(leeNumber, other)
	hearing(t, ctx, "the caller", caller.Heard(), agentChirp, expertChirp, leeChirp)
	hearing(t, ctx, "Megan", megan.Heard(), agentChirp, callerChirp, leeChirp)
	hearing(t, ctx, "Lee", lee.Heard(), agentChirp, callerChirp, expertChirp)

	mark := p.mark()
	if err := lee.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	p.says(mark, "left the group call")
	gone := caller.Heard().Length()
	hearing(t, ctx, "the caller", caller.Heard(), agentChirp, expertChirp)
	hearing(t, ctx, "Megan", megan.Heard(), agentChirp, callerChirp)
	deaf(t, "the caller", caller.Heard(), gone+500*time.Millisecond, leeChirp)

	again := add(leeNumber, other)
	hearing(t, ctx, "the caller", caller.Heard(), leeChirp)
	mark = p.mark()
	again.Vanish()
	gone = caller.Heard().Length()
	hearing(t, ctx, "the caller", caller.Heard(), agentChirp, expertChirp)
	hearing(t, ctx, "Megan", megan.Heard(), agentChirp, callerChirp)
	deaf(t, "the caller", caller.Heard(), gone+time.Second, leeChirp)
	for end := time.After(60 * time.Second); ; { // silent, and its network no longer knows the call
		p.mu.Lock()
		more := p.more
		left := false
		for _, l := range p.lines[mark:] {
			left = left || strings.Contains(l, "left the group call")
		}
		p.mu.Unlock()
		if left {
			break
		}
		select {
		case <-more:
		case <-end:
			t.Fatal("who vanished is kept in the group")
		}
	}

	p.types("leavecall")
	hearing(t, ctx, "the caller", caller.Heard(), expertChirp)
	gone = caller.Heard().Length()
	hearing(t, ctx, "Megan", megan.Heard(), callerChirp)
	hearing(t, ctx, "the caller", caller.Heard(), expertChirp)
	deaf(t, "the caller", caller.Heard(), gone+500*time.Millisecond, agentChirp)
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if end, err := megan.WaitEnded(ctx); err != nil || end.By != "server" {
		t.Errorf("Megan is left: %+v, %v", end, err)
	}
	if c := h.contacts(1)[0]; c.End != "transferred" || c.EndedBy != "caller" {
		t.Errorf("the ledger says %s by %s", c.End, c.EndedBy)
	}
}
