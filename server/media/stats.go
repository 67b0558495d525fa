package media

import "time"

// Stats is what is known of a leg's sound. "Received" is from the party to us, "sent" from us to the party.
type Stats struct {
	Codec           Codec         // that the party sends with; before it does, that we send with
	PacketsReceived uint64        // RTP, without repetitions
	BytesReceived   uint64        // of payload
	PacketsSent     uint64        // RTP
	BytesSent       uint64        // of payload
	Lost            uint64        // packets from the party that never came
	LossPercent     float64       // of what the party sent
	Jitter          time.Duration // of arrival, RFC 3550 A.8
	SentLossPercent float64       // of what we sent, as the party's last report says; 0 without reports
	SentJitter      time.Duration // as the party's last report says
	RTT             time.Duration // from RTCP; 0 when unknown
	MOS             float64       // estimate by ITU-T G.107 over the last 5 s, both directions' worse; 0 before there is one
	WorstMOS        float64       // the lowest MOS over any 10 s; 0 before there is one
	LastReceived    time.Time     // last RTP packet of the party
	LastReport      time.Time     // last RTCP packet of the party
	LastSent        time.Time     // last RTP packet to the party
	SRTP            bool          // the party's sound is encrypted
}
