package ui

import (
	"strings"
	"testing"
	"time"

	"cordboard/session/wire"
)

// The fourth column says why the call came here, all through the call, and how the line was; nothing of it stays for the next call.
func TestTheFourthColumnHasTheReasonsAndTheLine(t *testing.T) {
	for _, c := range []struct {
		language string
		ascii    bool
	}{{"en", false}, {"zh", false}, {"en", true}} {
		r := newRig(t, 200, 60, func(o *Options) { o.Language, o.ASCII = c.language, c.ascii })
		r.call(func(b *wire.Board) {
			b.Call.Because = []wire.Line{{Key: "why_skill", Args: map[string]string{"skill": "VPN", "level": "2"}, Words: "VPN 2 wanted"}, {Key: "why_longest", Args: map[string]string{"n": "4", "time": "11:20"}, Words: "idle longest of 4: 11:20"}}
		})
		why := map[string]string{"en": "idle longest of 4: 11:20", "zh": "4 人中空闲最久：11:20"}[c.language]
		title := r.v[wTrace]
		if screen := strings.Join(r.plainLines(), "\n"); !strings.Contains(screen, why) || strings.Contains(screen, title) {
			t.Fatalf("before there is a line to draw:\n%s", screen)
		}
		for i := range 70 { // good, then bad
			now := *r.board.Call
			now.Quality = wire.Quality{MOS: 4.4, Loss: 0, Delay: 40}
			if i >= 60 {
				now.Quality = wire.Quality{MOS: 1.2, Loss: 5, Delay: 400}
			}
			r.tell(wire.News{Seq: uint64(10 + i), Call: &now})
			r.now = r.now.Add(traceEvery)
			r.Update(tickMsg{r.tickID})
		}
		checkFrame(t, r)
		rows := r.plainLines()
		at := 0
		for i, row := range rows {
			if strings.Contains(row, title) {
				at = i
			}
		}
		if at == 0 {
			t.Fatalf("no graph:\n%s", strings.Join(rows, "\n"))
		}
		right := func(i int) string { // the newest twelve
			row := []rune(strings.TrimSuffix(strings.TrimSuffix(rows[at+i], " │"), " |"))
			return string(row[len(row)-12:])
		}
		g := &r.Model.t.g
		if mos := right(3); !strings.HasPrefix(mos, g.level[8]) || !strings.HasSuffix(mos, g.level[1]) {
			t.Errorf("MOS from good to bad is %q", mos)
		}
		if loss := right(6); !strings.HasPrefix(loss, g.level[0]) || !strings.HasSuffix(loss, g.level[8]) {
			t.Errorf("loss from none to much is %q", loss)
		}
		r.tell(wire.News{Seq: 100, Clear: []wire.Section{wire.ClearCall}})
		r.now = r.now.Add(time.Second)
		r.Update(tickMsg{r.tickID})
		if len(r.trace.all) != 0 {
			t.Error("the next call begins with the line of this one")
		}
	}
}
