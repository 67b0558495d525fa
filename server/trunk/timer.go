package trunk

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Session timers (RFC 4028): a peer that is gone without a word is noticed, even while a call is on hold. With a peer
// that does not know them we refresh alone: what answers at all is there.
const (
	sessionWanted = 1800 // s
	sessionLeast  = 90   // s (RFC 4028 §4)
)

type session struct {
	seconds  int  // 0: none
	we       bool // refresh
	alone    bool // the peer keeps no timer: only silence ends the session
	least    int  // that the peer asked for by 422
	peer     bool // the last request's sender knows the timer
	asks     int
	askedFor string
	due      *alarm // our refresh
	expiry   *alarm
}

func (s *session) stop() {
	s.due.stop()
	s.expiry.stop()
}

func readExpires(m sip.Message, name string) (seconds int, refresher string) {
	v := header(m, name)
	seconds, err := strconv.Atoi(strings.TrimSpace(beforeAny(v, ";")))
	if err != nil || seconds < 0 || seconds > 1<<30 {
		return 0, ""
	}
	refresher, _ = param(strings.TrimPrefix(v, beforeAny(v, ";")), "refresher")
	return seconds, strings.ToLower(refresher)
}

// asked keeps what an INVITE or UPDATE of the peer wants.
func (s *session) asked(req *sip.Request) {
	s.peer = hasToken(req, "supported", "timer") || hasToken(req, "require", "timer")
	s.asks, s.askedFor = readExpires(req, "session-expires")
}

// shortSession is 422 for an interval below our least (RFC 4028 §9), nil otherwise.
func (e *Edge) shortSession(req *sip.Request) *sip.Response {
	seconds, _ := readExpires(req, "session-expires")
	if seconds == 0 || seconds >= sessionLeast || !hasToken(req, "supported", "timer") {
		return nil
	}
	res := e.answer(req, 422, "Session Interval Too Small")
	res.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(sessionLeast)))
	return res
}

// accepted decides the timer for a request of the peer and writes it on our 200 (RFC 4028 §9 and its table 2).
func (s *session) accepted(d *Dialog, req *sip.Request, res *sip.Response) {
	s.seconds, s.we, s.alone = s.asks, false, false
	if s.seconds == 0 {
		if !s.peer {
			s.keepAlone()
			return
		}
		s.seconds = sessionWanted
		if least, _ := readExpires(req, "min-se"); least > s.seconds {
			s.seconds = least
		}
	}
	s.we = !s.peer || s.askedFor == "uas"
	refresher := "uac"
	if s.we {
		refresher = "uas"
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=%s", s.seconds, refresher)))
	if s.peer && !s.we {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
}

// offer gives the headers of our INVITE or UPDATE.
func (s *session) offer(d *Dialog) []sip.Header {
	seconds := sessionWanted
	if d.state == confirmed && s.seconds > 0 {
		seconds = s.seconds
	}
	seconds = max(seconds, s.least)
	v := strconv.Itoa(seconds)
	if d.state == confirmed && s.seconds > 0 {
		if s.we {
			v += ";refresher=uac"
		} else {
			v += ";refresher=uas"
		}
	}
	return []sip.Header{sip.NewHeader("Session-Expires", v), sip.NewHeader("Min-SE", strconv.Itoa(max(sessionLeast, s.least)))}
}

// raise takes the Min-SE of a 422; false when it asks for nothing more.
func (s *session) raise(res *sip.Response) bool {
	least, _ := readExpires(res, "min-se")
	if least <= max(s.least, sessionLeast) || least > 1<<20 {
		return false
	}
	s.least = least
	return true
}

// answered takes the timer that the peer's 200 decides.
func (s *session) answered(d *Dialog, res *sip.Response) {
	seconds, refresher := readExpires(res, "session-expires")
	s.seconds, s.we, s.alone = seconds, refresher != "uas", false
	if seconds == 0 {
		s.keepAlone()
	}
	s.start(d)
}

// keepAlone is for a peer that agreed to no timer.
func (s *session) keepAlone() { s.seconds, s.we, s.alone = max(sessionWanted, s.least), true, true }

// refused: the peer answered a refresh, but did not take it. One that keeps a timer is asked again before that runs out.
func (s *session) refused(d *Dialog, res *sip.Response) {
	if s.alone {
		s.start(d)
		return
	}
	wait := max(readRetryAfter(res), 2*time.Second+time.Duration(rand.IntN(2000))*time.Millisecond)
	s.due.stop()
	s.due = d.after(wait, func() { s.refresh(d) })
}

// start runs the timer anew. The refresher refreshes at half time; the other side gives up shortly before the end.
func (s *session) start(d *Dialog) {
	s.stop()
	if s.seconds == 0 {
		return
	}
	whole := time.Duration(s.seconds) * time.Second
	if s.we {
		s.due = d.after(whole/2, func() { s.refresh(d) })
	}
	if s.alone {
		return
	}
	s.expiry = d.after(whole-min(32*time.Second, whole/3), func() {
		if d.state != confirmed {
			return
		}
		d.refuseServing()
		d.farewell(Reason{Code: 408, Text: "session expired"})
		d.end(Ended{By: "network", Code: 408, Cause: "session expired"})
	})
}

// refresh keeps the session alive: UPDATE if the peer takes it, else a re-INVITE with the SDP as it was (Direct
// Routing knows no UPDATE).
func (s *session) refresh(d *Dialog) {
	if d.state != confirmed {
		return
	}
	if d.serving != nil || d.inviting != nil || d.media.wanted {
		s.due = d.after(time.Second, func() { s.refresh(d) })
		return
	}
	if !d.peerTakes("UPDATE") || d.trunk.Kind == "teams" {
		if d.media.lastSent != nil {
			d.launch(&invite{refresh: true, sdp: d.media.lastSent}, nil)
		}
		return
	}
	expires := s.offer(d)
	d.request(sip.UPDATE, d.peer, lifetime, func(req *sip.Request, _ hop) {
		for _, h := range expires {
			req.AppendHeader(h)
		}
	}, func(res *sip.Response, err error) {
		switch {
		case d.state != confirmed:
		case err != nil || res.StatusCode == 408 || res.StatusCode == 481:
			d.farewell(Reason{Code: 408, Text: "session lost"})
			d.end(Ended{By: "network", Code: 408, Cause: "session lost", Text: "no answer to a session refresh"})
		case res.StatusCode < 300:
			d.retarget(res)
			s.answered(d, res)
		case res.StatusCode == 422 && s.raise(res):
			s.refresh(d)
		default:
			s.refused(d, res)
		}
	})
}
