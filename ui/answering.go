package ui

import (
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

func (m *Model) answer(string) tea.Cmd {
	if m.board.Offer == nil {
		return nil
	}
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoAnswer, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact})
}

// answerBySelf answers after a second and a tone, when the person wants that and nothing is being typed.
func (m *Model) answerBySelf(reservation string) tea.Cmd {
	if m.o.AutoAnswer != "on" || m.board.Call != nil {
		return nil
	}
	return later(time.Second, func(m *Model) tea.Cmd {
		if o := m.board.Offer; o == nil || o.Reservation != reservation || m.board.Call != nil || m.mode().typing() {
			return nil
		}
		if p, ok := m.o.Phone.(zipper); ok {
			p.Zip()
		}
		return m.answer("")
	})
}

func (m *Model) answerMuted(string) tea.Cmd {
	m.phoneRing(false)
	m.muted = true
	m.phoneMute(true)
	return m.do(wire.Command{Do: wire.DoAnswer, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact, Muted: true})
}

// decline asks for the reason when there are reasons to choose from.
func (m *Model) decline(key string) tea.Cmd {
	if len(m.declineReasons()) == 0 {
		return m.declinePlain(key)
	}
	m.prefix = inDecline
	return nil
}

func (m *Model) declinePlain(string) tea.Cmd {
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoDecline, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact})
}

func (m *Model) pickDecline(key string) tea.Cmd {
	m.prefix = inNone
	r := reasonByKey(m.declineReasons(), key)
	if r == nil || m.board.Offer == nil {
		return nil
	}
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoDecline, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact, Reason: r.ID})
}

func (m *Model) pickReason(key string) tea.Cmd {
	m.prefix = inNone
	r := reasonByKey(m.board.Reasons, key)
	if r == nil {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoNotReady, Reason: r.ID})
}

// reasonByKey finds a reason by its letter, or by its place when it has none.
func reasonByKey(all []wire.Reason, key string) *wire.Reason {
	for i := range all {
		if r := &all[i]; reasonKey(r, i) == key {
			return r
		}
	}
	return nil
}

// declineReasons are why the offer may be declined: those of its queue, else those of not ready.
func (m *Model) declineReasons() []wire.Reason {
	if o := m.board.Offer; o != nil && len(o.Reasons) > 0 {
		return o.Reasons
	}
	return m.board.Reasons
}

// prefixReasons are what the next key chooses from.
func (m *Model) prefixReasons(declines bool) []wire.Reason {
	if declines {
		return m.declineReasons()
	}
	return m.board.Reasons
}

func reasonKey(r *wire.Reason, i int) string {
	if r.Key != "" {
		return strings.ToLower(r.Key)
	}
	return itoa(i + 1)
}

func (m *Model) pickCode(key string) tea.Cmd {
	i, _ := strconv.Atoi(key)
	if w := m.board.Wrap; w != nil && i >= 1 && i <= len(w.Codes) {
		return m.do(wire.Command{Do: wire.DoCode, Code: w.Codes[i-1].ID})
	}
	return nil
}

func (m *Model) callBack(string) tea.Cmd {
	return m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: m.board.Wrap.Caller.Number}})
}
