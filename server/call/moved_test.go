package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
)

// moves lets adele answer a caller and put the caller into the queue sales.
func moves(h *house) (*dialog, *call.Call) {
	h.ready("adele")
	d := h.arrives("+442079460042")
	c := h.answers("adele")
	h.must(c, transferTo(call.Target{Kind: "queue", ID: "sales", Name: "Sales"}))
	return d, c
}

func TestACallerWhoCannotWaitInTheOtherQueueComesBack(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		support := routing.Queue{ID: "support", Agents: []fact.AgentID{"adele", "alex"}, Ring: 20 * time.Second, Wrap: 30 * time.Second}
		sales := routing.Queue{ID: "sales", Agents: []fact.AgentID{"alex"}, Ring: 20 * time.Second, Nobody: true} // alex is not signed in
		h.acd.Tell(routing.Configure{Settings: routing.Settings{Grace: 20 * time.Second, Queues: []routing.Queue{support, sales}}})
		d, _ := moves(h)
		time.Sleep(routing.UndoFor + time.Second)
		synctest.Wait()
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
		if d.has("hangup") {
			t.Errorf("the caller was cut off: %s", d.all())
		}
	})
}

func TestAnAgentWhoIsLostWhileACallerMovesCostsNoCaller(t *testing.T) {
	for name, over := range map[string]call.GraceOver{"lost": {Agent: "adele"}, "help": {Agent: "adele", Help: true}} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				d, c := moves(h)
				c.Tell(over)
				time.Sleep(routing.UndoFor + time.Second)
				synctest.Wait()
				if d.has("hangup") {
					t.Errorf("the caller was cut off: %s", d.all())
					return
				}
				h.ready("alex")
				h.answers("alex")
				h.want("alex", fact.Talking)
			})
		})
	}
}
