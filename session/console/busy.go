package console

import "cordboard/session/wire"

// busy follows what the server says of calls and offers, so that the phone knows when nobody listens to it.
type busy struct{ offer, call bool }

func (b *busy) note(v any, tell func(on bool)) {
	switch v := v.(type) {
	case wire.Welcome:
		if v.Board == nil { // the board of before goes on
			return
		}
		b.offer, b.call = v.Board.Offer != nil, v.Board.Call != nil
	case wire.News:
		for _, s := range v.Clear {
			switch s {
			case wire.ClearOffer:
				b.offer = false
			case wire.ClearCall:
				b.call = false
			}
		}
		b.offer = b.offer || v.Offer != nil
		b.call = b.call || v.Call != nil
	default:
		return
	}
	tell(b.offer || b.call)
}
