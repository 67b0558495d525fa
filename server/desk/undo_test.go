package desk

import (
	"testing"

	"cordboard/session/wire"
)

func TestAKeyTooManyIsTakenBack(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	c.send(wire.FromConsole{Do: &wire.Command{ID: "1", Do: wire.DoReady}})
	shown := c.next("what may be taken back", func(f wire.FromServer) bool { return f.News != nil && f.News.Me != nil && f.News.Me.Undo != nil })
	if me := shown.News.Me; me.State != wire.Ready || me.Undo.What != "state" || me.Undo.Until.IsZero() {
		t.Fatalf("shown %+v %+v", me, me.Undo)
	}
	c.send(wire.FromConsole{Do: &wire.Command{ID: "2", Do: wire.DoUndo}})
	c.next("not ready", func(f wire.FromServer) bool {
		return f.News != nil && f.News.Me != nil && f.News.Me.State == wire.NotReady && f.News.Me.Undo == nil
	})
	if r := c.do(wire.Command{ID: "3", Do: wire.DoUndo}); r.OK || r.Code != "too_late" {
		t.Fatalf("taken back twice: %+v", r)
	}
}
