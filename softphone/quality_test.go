package softphone

import (
	"testing"
	"time"

	"cordboard/session/wire"

	"github.com/pion/rtcp"
)

func TestTheEstimateOfQualityFollowsTheEModel(t *testing.T) {
	cases := []struct {
		name     string
		loss     float64
		delay    time.Duration
		from, to float64
	}{
		{"a clean line", 0, 60 * time.Millisecond, 4.3, 4.45},
		{"1 % loss is heard a little", 1, 60 * time.Millisecond, 4.1, 4.35},
		{"5 % loss is bad", 5, 60 * time.Millisecond, 3.3, 4.0},
		{"30 % loss is useless", 30, 60 * time.Millisecond, 1, 2.4},
		{"half a second of delay hurts", 0, 500 * time.Millisecond, 1.5, 3.2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := mos(c.loss, c.delay); got < c.from || got > c.to {
				t.Errorf("%.2f, want %.1f to %.1f", got, c.from, c.to)
			}
		})
	}
}

func TestReportsCountLossOverTheWrapOfSequenceNumbers(t *testing.T) {
	var r reports
	for i := range 1000 {
		if i%10 != 3 {
			r.arrived(uint16(65000 + i))
		}
	}
	b, loss := r.block(epoch, 0)
	if b.TotalLost != 100 || loss < 9.9 || loss > 10.1 {
		t.Errorf("%d lost, %.1f %%; want 100, 10 %%", b.TotalLost, loss)
	}
	if b.LastSequenceNumber != 65999 {
		t.Errorf("highest sequence number %d, want 65999", b.LastSequenceNumber)
	}
	for i := range 500 {
		r.arrived(uint16(66000 + i - 65536))
	}
	if b, _ = r.block(epoch, 0); b.FractionLost != 0 {
		t.Errorf("fraction %d after a clean interval", b.FractionLost)
	}
}

func TestRoundTripIsArrivalLessReportLessDelay(t *testing.T) {
	var r reports
	sent := uint32(ntp(epoch) >> 16)
	r.reported(0, []rtcp.ReceptionReport{{LastSenderReport: sent, Delay: 65536}}, epoch.Add(1250*time.Millisecond))
	if r.rtt < 249*time.Millisecond || r.rtt > 251*time.Millisecond {
		t.Errorf("round trip %v, want 250 ms", r.rtt)
	}
	for name, b := range map[string]rtcp.ReceptionReport{
		"kept for longer than it took": {LastSenderReport: sent, Delay: 2 * 65536},
		"of another hour":              {LastSenderReport: sent - 3600*65536},
		"about no report of ours":      {},
	} {
		if r.reported(0, []rtcp.ReceptionReport{b}, epoch.Add(1250*time.Millisecond)); r.rtt > 251*time.Millisecond || r.rtt < 249*time.Millisecond {
			t.Errorf("round trip %v by one %s", r.rtt, name)
		}
	}
}

func TestTheWorstOfALineIsKept(t *testing.T) {
	var known *wire.Quality
	for i, mos := range []float64{4.4, 3.1, 4.4, 3.6} {
		known = &wire.Quality{Worst: worst(known, mos)}
		if want := []float64{4.4, 3.1, 3.1, 3.1}[i]; known.Worst != want {
			t.Errorf("after %.1f the worst is %.1f, want %.1f", mos, known.Worst, want)
		}
	}
}
