// Package fact has every fact of the contact centre as a type with its version and JSON form, and the
// ids that name things in it. It has no behaviour: owners make facts, the ledger keeps them.
package fact

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"log/slog"
	"strings"
	"time"
)

// The ids. Each kind has a type of its own so that none is taken for another.
type (
	// TenantID names a tenant, as in the configuration.
	TenantID string
	// QueueID names a queue of a tenant.
	QueueID string
	// AgentID names a person of a tenant: the user name of the configuration, lower case.
	AgentID string
	// ContactID names what a customer wants; it outlives calls. Unique across nodes.
	ContactID string
	// ReservationID names one offer of one contact to one agent. Unique across nodes.
	ReservationID string
	// TransferID names one attempt to hand a contact on. Unique across nodes.
	TransferID string
)

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewID makes an id of 16 characters that sorts by time and is unique across nodes: 40 bits of now in
// units of 16 ms and 40 random bits, in Crockford's base 32.
func NewID(now time.Time) string {
	var b [10]byte
	var t [8]byte
	binary.BigEndian.PutUint64(t[:], uint64(now.UnixMilli())>>4)
	copy(b[:5], t[3:])
	rand.Read(b[5:])
	return crockford.EncodeToString(b[:])
}

// Number is a telephone number or the user part of a SIP address. It prints masked, so that a log line
// gives nobody away; string(n) is the whole number.
type Number string

// String masks all but the country code's first digits and the last two.
func (n Number) String() string {
	s := string(n)
	if len(s) <= 4 {
		return s
	}
	head := 2
	if strings.HasPrefix(s, "+") {
		head = 3
	}
	if len(s) <= head+2 {
		return s[:1] + "…"
	}
	return s[:head] + "…" + s[len(s)-2:]
}

// LogValue masks the number in logs.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }
