package main

import (
	"fmt"
	"testing"
	"time"

	outside "cordboard/server/lab"
)

// killed is one agent at work, up to the moment when the console is killed.
type killed struct {
	t      *testing.T
	c      *company
	i      int
	desk   *desk
	caller *outside.Caller
	phone  *outside.Phone
}

// TestAConsoleIsKilled: kill -9 of a console in every state of a call. Nobody is dropped: what the caller hears is never silence for good,
// the console that starts again within the grace is in the call as it was, and after the grace the caller is the first that is rung.
func TestAConsoleIsKilled(t *testing.T) {
	states := []struct {
		name  string
		enter func(k *killed) // from ready
		back  []string        // what the console says that comes back in time
		call  bool            // there is a caller who must be kept
		alone bool            // somebody else has the caller meanwhile, and keeps the caller when the agent stays away
	}{
		{"ready", func(k *killed) {}, []string{"state", "ready, "}, false, false},
		{"ringing", (*killed).ring, []string{"offer", "Nestor Wilke"}, true, false},
		{"talking", (*killed).talk, []string{"state", "talking, Nestor Wilke"}, true, false},
		{"held", func(k *killed) { k.talk(); k.desk.types("hold") }, []string{"state", "on hold, Nestor Wilke"}, true, false},
		{"asking", (*killed).ask, []string{"state", "asking, Nestor Wilke"}, true, false},
		{"group", func(k *killed) { k.ask(); k.desk.types("join") }, []string{"state", "group, Nestor Wilke"}, true, true},
		{"transfer", (*killed).transfer, []string{"state", "transfer, Nestor Wilke"}, true, false},
		{"wrap-up", (*killed).finish, []string{"state", "wrap-up"}, false, false},
	}
	c := newCompany(t, 2*len(states))
	for i, s := range states {
		for n, back := range []bool{true, false} {
			who := 2*i + n
			name := fmt.Sprintf("%s, %s", s.name, map[bool]string{true: "and back", false: "for good"}[back])
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				k := &killed{t: t, c: c, i: who, phone: c.sbc.Phone(expertOf(who), outside.PhoneBehaviour{Answer: true, Say: outside.SpeechTone(440, time.Second), Repeat: true})}
				work, home := fmt.Sprint("work", who), fmt.Sprint("home", who)
				if back { // a machine that is signed in already
					d := c.desk(t, home)
					c.signIn(d, agentName(who))
					d.types("leave")
					<-d.gone
				}
				k.desk = c.desk(t, work)
				c.signIn(k.desk, agentName(who))
				k.desk.types("ready")
				s.enter(k)
				k.desk.kill()
				at := time.Now()
				if back {
					k.desk = c.desk(t, home)
					k.desk.says(0, s.back...)
				} else {
					if s.call {
						k.keptAlive()
					}
					<-time.After(time.Until(at.Add(grace + 4*time.Second)))
					k.desk = c.desk(t, work)
					k.desk.says(0, "not ready", "Connection lost")
					if s.call && !s.alone {
						k.desk.types("ready")
						k.desk.says(0, "offer", "Nestor Wilke")
					}
				}
				if s.call {
					k.keptAlive()
				}
			})
		}
	}
}

func (k *killed) ring() {
	var err error
	k.caller, err = k.c.sbc.Call(within(k.t, 10*time.Second), outside.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: lineOf(k.i)})
	if err != nil {
		k.t.Fatal(err)
	}
	k.desk.says(0, "offer", "Nestor Wilke")
}

func (k *killed) talk() {
	k.ring()
	k.desk.types("answer")
	k.desk.says(0, "hear each other")
}

func (k *killed) ask() {
	k.talk()
	n := k.desk.types("ask " + expertOf(k.i))
	k.desk.says(n, "hear each other")
}

func (k *killed) transfer() {
	k.talk()
	k.phone.Behave(outside.PhoneBehaviour{RingFor: -1})
	n := k.desk.types("transfer " + expertOf(k.i))
	k.desk.says(n, "hears ringing")
}

func (k *killed) finish() {
	k.talk()
	if err := k.caller.Hangup(within(k.t, 5*time.Second)); err != nil {
		k.t.Fatal(err)
	}
	k.desk.says(0, "state", "wrap-up")
}

// keptAlive: the caller is not dropped, and hears somebody or music within the time in which a lost console is noticed.
func (k *killed) keptAlive() {
	k.t.Helper()
	select {
	case <-k.caller.Ended():
		k.t.Fatalf("the caller was dropped: %+v", k.caller.End())
	default:
	}
	gone := k.caller.Heard().Length()
	if err := k.caller.Heard().WaitSound(within(k.t, 12*time.Second), 400*time.Millisecond, gone); err != nil {
		k.t.Errorf("the caller is left in silence: %v", err)
	}
}
