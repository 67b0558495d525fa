package ledger

import (
	"fmt"
	"strconv"
	"time"

	"cordboard/server/fact"
)

// column of the contacts report: its head, its key in CSV and JSON, and what stands in it.
type column struct {
	head, key string
	right     bool
	csvOnly   bool
	most      int // widest it gets in a table; 0: as wide as it wants
	of        func(c *Contact, o *ReportOptions) string
	raw       func(c *Contact, o *ReportOptions) any // for CSV and JSON
}

func plain(f func(c *Contact) string) func(*Contact, *ReportOptions) any {
	return func(c *Contact, _ *ReportOptions) any { return f(c) }
}

func shown(f func(c *Contact) string) func(*Contact, *ReportOptions) string {
	return func(c *Contact, _ *ReportOptions) string { return oneLine(f(c)) }
}

// length shows milliseconds as a clock, nothing when there is none.
func length(f func(c *Contact) int64) (func(*Contact, *ReportOptions) string, func(*Contact, *ReportOptions) any) {
	return func(c *Contact, _ *ReportOptions) string {
			if f(c) == 0 {
				return "–"
			}
			return clock(f(c))
		}, func(c *Contact, _ *ReportOptions) any {
			return float64(f(c)) / 1000
		}
}

func moment(f func(c *Contact) int64) func(*Contact, *ReportOptions) any {
	return func(c *Contact, o *ReportOptions) any {
		if f(c) == 0 {
			return ""
		}
		return When(f(c)).In(o.Zone).Format(time.RFC3339Nano)
	}
}

func (c *Contact) caller() string {
	switch {
	case c.Withheld:
		return "withheld"
	case c.Name != "" && c.Number != "":
		return c.Number + " " + c.Name
	case c.Name != "":
		return c.Name
	}
	return c.Number
}

// who is the caller, with what is special about the call.
func (c *Contact) who() string {
	out := c.caller()
	if c.Internal {
		out += ", internal"
	}
	if c.SentOn != "" {
		out += ", sent on"
	}
	return out
}

func (c *Contact) how() string {
	if c.Ended == 0 {
		return "open"
	}
	return c.End
}

// why is how it ended, with the reason when nobody took the call: closed, nobody, longest wait.
func (c *Contact) why() string {
	if c.Ended != 0 && c.End == string(fact.Unanswered) && c.Reason != "" {
		return c.End + ": " + gap(c.Reason)
	}
	return c.how()
}

var contactColumns = makeContactColumns()

// tableColumns are what the table shows and sums.
var tableColumns = split(`id arrived number name withheld internal sent_on called queue waited_ms talk_ms hold_ms wrap_ms talked_with end ended ended_by code reason wrap_code mos answered`)

func makeContactColumns() []*column {
	waited, waitedS := length(func(c *Contact) int64 { return c.WaitedMS })
	talked, talkedS := length(func(c *Contact) int64 { return c.TalkMS })
	onHold, onHoldS := length(func(c *Contact) int64 { return c.HoldMS })
	wrap, wrapS := length(func(c *Contact) int64 { return c.WrapMS })
	hidden := func(head, key string, raw func(*Contact, *ReportOptions) any) *column {
		return &column{head: head, key: key, csvOnly: true, raw: raw}
	}
	return []*column{
		{head: "arrived", key: "arrived", of: func(c *Contact, o *ReportOptions) string {
			return When(c.Arrived).In(o.Zone).Format("2006-01-02 15:04:05")
		},
			raw: moment(func(c *Contact) int64 { return c.Arrived })},
		{head: "caller", key: "number", most: 32, of: shown((*Contact).who), raw: plain(func(c *Contact) string { return c.Number })},
		hidden("name", "name", plain(func(c *Contact) string { return c.Name })),
		hidden("withheld", "withheld", func(c *Contact, _ *ReportOptions) any { return c.Withheld }),
		hidden("internal", "internal", func(c *Contact, _ *ReportOptions) any { return c.Internal }),
		hidden("sent on", "sent_on", plain(func(c *Contact) string { return c.SentOn })),
		{head: "called", key: "called", of: shown(func(c *Contact) string { return c.Called }), raw: plain(func(c *Contact) string { return c.Called })},
		{head: "queue", key: "queue", most: 16, of: shown(func(c *Contact) string { return c.Queue }), raw: plain(func(c *Contact) string { return c.Queue })},
		{head: "waited", key: "waited_s", right: true, of: waited, raw: waitedS},
		{head: "talked", key: "talked_s", right: true, of: talked, raw: talkedS},
		{head: "hold", key: "hold_s", right: true, of: onHold, raw: onHoldS},
		{head: "wrap", key: "wrap_s", right: true, of: wrap, raw: wrapS},
		{head: "with", key: "with", most: 32, of: shown(func(c *Contact) string { return shortAll(c.With) }), raw: plain(func(c *Contact) string { return c.With })},
		{head: "end", key: "end", most: 26, of: shown((*Contact).why), raw: plain((*Contact).how)},
		{head: "hung up", key: "hung_up_by", of: shown(func(c *Contact) string { return c.EndedBy }), raw: plain(func(c *Contact) string { return c.EndedBy })},
		{head: "SIP", key: "sip_code", right: true, of: func(c *Contact, _ *ReportOptions) string { return number(c.Code) }, raw: func(c *Contact, _ *ReportOptions) any { return c.Code }},
		{head: "code", key: "wrap_code", most: 14, of: shown(func(c *Contact) string { return c.WrapCode }), raw: plain(func(c *Contact) string { return c.WrapCode })},
		{head: "MOS", key: "mos", right: true, of: func(c *Contact, _ *ReportOptions) string {
			if c.MOS == 0 {
				return ""
			}
			return fmt.Sprintf("%.1f", c.MOS)
		}, raw: func(c *Contact, _ *ReportOptions) any { return c.MOS }},
		{head: "contact", key: "contact", of: shown(func(c *Contact) string { return c.ID }), raw: plain(func(c *Contact) string { return c.ID })},
		hidden("answered", "answered", moment(func(c *Contact) int64 { return c.Answered })),
		hidden("ended", "ended", moment(func(c *Contact) int64 { return c.Ended })),
		hidden("reason", "reason", plain(func(c *Contact) string { return c.Reason })),
		hidden("direction", "direction", plain(func(c *Contact) string { return c.Direction })),
		hidden("trunk", "trunk", plain(func(c *Contact) string { return c.Trunk })),
		hidden("peer", "peer", plain(func(c *Contact) string { return c.Peer })),
		hidden("sip call id", "sip_call_id", plain(func(c *Contact) string { return c.SIPCallID })),
		hidden("offers", "offers", func(c *Contact, _ *ReportOptions) any { return c.Offers }),
		hidden("missed", "missed", func(c *Contact, _ *ReportOptions) any { return c.Missed }),
		hidden("transfers", "transfers", func(c *Contact, _ *ReportOptions) any { return c.Transfers }),
		hidden("holds", "holds", func(c *Contact, _ *ReportOptions) any { return c.Holds }),
	}
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
