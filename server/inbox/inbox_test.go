package inbox

import (
	"sync"
	"testing"
	"time"
)

func TestMessagesArriveInTheOrderPutByEachSender(t *testing.T) {
	const senders, each = 8, 2000
	b := New[[2]int]()
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				if !b.Put([2]int{s, i}) {
					t.Error("put refused while open")
				}
			}
		})
	}
	var next [senders]int
	for got := 0; got < senders*each; {
		<-b.Ready()
		for _, m := range b.Take() {
			if m[1] != next[m[0]] {
				t.Fatalf("sender %d: got %d, want %d", m[0], m[1], next[m[0]])
			}
			next[m[0]]++
			got++
		}
	}
	wg.Wait()
}

func TestClosedInboxRefusesAndGivesBackWhatWaited(t *testing.T) {
	b := New[string]()
	b.Put("left over")
	if got := b.Close(); len(got) != 1 || got[0] != "left over" {
		t.Fatalf("Close gave %q", got)
	}
	if b.Put("late") {
		t.Fatal("a closed inbox took a message")
	}
}

func TestAgeCountsFromTheOldestMessage(t *testing.T) {
	b := New[int]()
	if b.Age(time.Now()) != 0 {
		t.Fatal("an empty inbox has an age")
	}
	b.Put(1)
	if got := b.Age(time.Now().Add(time.Second)); got < time.Second {
		t.Fatalf("age %v, want at least a second", got)
	}
}

func TestGoTellsTheOwnerOfAPanic(t *testing.T) {
	told := make(chan *Panic, 1)
	Go(func(p *Panic) { told <- p }, func() { panic("boom") })
	if p := <-told; p.Value != "boom" || len(p.Stack) == 0 {
		t.Fatalf("told %v", p)
	}
}

func BenchmarkPutTake(b *testing.B) {
	q := New[int]()
	for i := 0; b.Loop(); i++ {
		q.Put(i)
		if i%64 == 0 {
			<-q.Ready()
			q.Take()
		}
	}
}
