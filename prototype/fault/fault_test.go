package fault

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestFault_Validate(t *testing.T) {
	peers := []string{"n2", "n3"}
	for _, tt := range []struct {
		name  string
		fault Fault
		ok    bool
	}{
		{"isolate", Fault{Kind: Isolate}, true},
		{"isolate with peers", Fault{Kind: Isolate, Peers: []string{"n2"}}, false},
		{"cut", Fault{Kind: Cut, Peers: []string{"n2"}}, true},
		{"cut one way", Fault{Kind: Cut, Peers: []string{"n2"}, Direction: In}, true},
		{"cut nobody", Fault{Kind: Cut}, false},
		{"cut a stranger", Fault{Kind: Cut, Peers: []string{"n9"}}, false},
		{"cut sideways", Fault{Kind: Cut, Peers: []string{"n2"}, Direction: "sideways"}, false},
		{"drop", Fault{Kind: Drop, Probability: 0.5}, true},
		{"drop too much", Fault{Kind: Drop, Probability: 1.5}, false},
		{"delay without delay", Fault{Kind: Delay}, false},
		{"hung disk with delay", Fault{Kind: HungDisk, Delay: 1}, false},
		{"clock back", Fault{Kind: ClockJump, By: -1}, true},
		{"clock standing", Fault{Kind: ClockRate}, false},
		{"line", Fault{Kind: Rate, Rate: 1_250_000, Peers: []string{"n2"}, Direction: Out}, true},
		{"line without a rate", Fault{Kind: Rate}, false},
		{"line that carries nothing", Fault{Kind: Rate, Rate: 999}, false},
		{"clock as fast as a line", Fault{Kind: ClockRate, Rate: 1000}, false},
		{"long line", Fault{Kind: Latency, Delay: Duration(100 * time.Millisecond)}, true},
		{"long line by chance", Fault{Kind: Latency, Delay: 1, Probability: 0.5}, false},
		{"longest delay", Fault{Kind: Delay, Delay: Duration(longestDelay)}, true},
		{"longer delay", Fault{Kind: Delay, Delay: Duration(longestDelay + 1)}, false},
		{"drop all", Fault{Kind: Drop, Probability: 1}, true},
		{"shortest period", Fault{Kind: Flap, Peers: []string{"n2"}, Period: Duration(time.Millisecond)}, true},
		{"shorter period", Fault{Kind: Flap, Peers: []string{"n2"}, Period: Duration(time.Millisecond - 1)}, false},
		{"negative period", Fault{Kind: Flap, Peers: []string{"n2"}, Period: -1}, false},
		{"a year back", Fault{Kind: ClockJump, By: Duration(-365 * 24 * time.Hour)}, true},
		{"more than a year", Fault{Kind: ClockJump, By: Duration(365*24*time.Hour + 1)}, false},
		{"fastest clock", Fault{Kind: ClockRate, Rate: 100}, true},
		{"faster clock", Fault{Kind: ClockRate, Rate: 100.5}, false},
		{"not at a node", Fault{Kind: Kill}, false},
		{"nothing", Fault{}, false},
		{"transfer", Fault{Kind: Transfer}, true},
		{"transfer to one", Fault{Kind: Transfer, Peers: []string{"n2"}}, true},
		{"transfer to two", Fault{Kind: Transfer, Peers: []string{"n2", "n3"}}, false},
	} {
		if err := tt.fault.Validate(peers); (err == nil) != tt.ok || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func newSet() (*Set, *Links, *Disk, *Clock) {
	links, disk, clock := NewLinks(), NewDisk(), NewClock()
	return NewSet(links, disk, clock), links, disk, clock
}

// TestLinks_cut: what a cut promises to those above it.
func TestLinks_cut(t *testing.T) {
	set, links, _, _ := newSet()
	attach := func(peer string, d Direction) (net.Conn, net.Conn, error) {
		near, far := net.Pipe()
		attached, err := links.Attach(near, peer, d)
		return attached, far, err
	}
	out, farOut, _ := attach("n2", Out)
	in, _, _ := attach("n2", In)
	other, farOther, _ := attach("n3", Out)

	set.Add(Fault{Kind: Cut, Peers: []string{"n2"}, Direction: Out})
	if _, err := out.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("write over a severed connection: %v", err)
	}
	if _, err := farOut.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the far end reads %v, want EOF", err)
	}
	if _, _, err := attach("n2", Out); !errors.Is(err, ErrCut) {
		t.Errorf("new connection over a cut link: %v", err)
	}
	go io.Copy(io.Discard, farOther)
	if _, err := other.Write([]byte("x")); err != nil {
		t.Errorf("another peer's link: %v", err)
	}
	if links.IsCut("n2", In) || !links.IsCut("n2", Out) {
		t.Error("a cut outwards must leave the way in")
	}
	set.Add(Fault{Kind: Isolate})
	if _, err := in.Write([]byte("x")); err == nil {
		t.Error("isolation leaves a connection open")
	}
	if got := set.Active(); len(got) != 2 || got[0].Hits == 0 || got[1].Hits == 0 {
		t.Errorf("active %+v, want two faults with hits", got)
	}
	set.Heal()
	again, _, err := attach("n2", Out)
	if err != nil || len(set.Active()) != 0 {
		t.Fatalf("after healing: %v, %v", err, set.Active())
	}
	for _, c := range []net.Conn{out, in, other, again} {
		c.Close()
	}
	if n := len(links.conns); n > 0 {
		t.Errorf("%d connections are kept that were closed", n)
	}
}

func TestLinks_Fate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, links, _, _ := newSet()
		if n := testing.AllocsPerRun(100, func() { links.Fate("n2", Out) }); n != 0 || links.Fate("n2", Out) != (Fate{}) {
			t.Errorf("without a fault: %v allocations", n)
		}
		drop := set.Add(Fault{Kind: Drop, Probability: 0.25, Peers: []string{"n2"}, Direction: Out, Seed: 7})
		dropped := 0
		for range 4000 {
			if links.Fate("n2", Out).Drop {
				dropped++
			}
		}
		if dropped < 800 || dropped > 1200 {
			t.Errorf("%d of 4000 dropped at a quarter", dropped)
		}
		if links.Fate("n2", In) != (Fate{}) || links.Fate("n3", Out) != (Fate{}) {
			t.Error("the fault works elsewhere, too")
		}
		if s, err := set.Mend(drop); err != nil || s.Hits != uint64(dropped) {
			t.Errorf("mended: %+v, %v; %d dropped", s, err, dropped)
		}
		if _, err := set.Mend(drop); !errors.Is(err, ErrInvalid) {
			t.Errorf("mended twice: %v", err)
		}

		set.Add(Fault{Kind: Delay, Delay: Duration(time.Second)})
		set.Add(Fault{Kind: Jitter, Delay: Duration(time.Second)})
		set.Add(Fault{Kind: Duplicate, Probability: 1})
		if f := links.Fate("n3", In); f.Delay <= time.Second || f.Delay > 2*time.Second || !f.Duplicate || f.Drop {
			t.Errorf("delay, jitter and duplicate together: %+v", f)
		}
		set.Heal()

		set.Add(Fault{Kind: Flap, Period: Duration(time.Second)})
		time.Sleep(500 * time.Millisecond)
		up := links.Fate("n2", In)
		time.Sleep(time.Second)
		down := links.Fate("n2", In)
		if up.Drop || !down.Drop {
			t.Errorf("flapping: %+v, then %+v", up, down)
		}
	})
}

func TestDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := (*Disk)(nil).Write(1); err != nil {
			t.Error(err)
		}
		set, _, disk, _ := newSet()
		took := func() time.Duration {
			began := time.Now()
			if err := disk.Write(1); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		if d := took(); d != 0 {
			t.Errorf("a healthy disk takes %s", d)
		}
		set.Add(Fault{Kind: SlowDisk, Delay: Duration(20 * time.Millisecond)})
		if d := took(); d != 20*time.Millisecond {
			t.Errorf("a slow disk takes %s, want 20ms", d)
		}
		set.Heal()
		id := set.Add(Fault{Kind: HungDisk})
		time.AfterFunc(time.Hour, func() {
			if s, err := set.Mend(id); err != nil || s.Hits != 1 {
				t.Errorf("mended %+v, %v; want one hit", s, err)
			}
		})
		if d := took(); d != time.Hour {
			t.Errorf("a disk that hung for an hour takes %s", d)
		}
		set.Add(Fault{Kind: FailingDisk})
		if err := disk.Write(1); !errors.Is(err, ErrDisk) {
			t.Errorf("a failing disk: %v", err)
		}
		set.Heal()
		set.Add(Fault{Kind: HungDisk})
		time.AfterFunc(time.Second, disk.Close)
		if err := disk.Write(1); !errors.Is(err, ErrDisk) {
			t.Errorf("a hung disk that is closed: %v", err)
		}
	})
}

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, _, _, clock := newSet()
		ahead := func() time.Duration { return time.Until(clock.Now()) }
		if time.Until((*Clock)(nil).Now()) != 0 || ahead() != 0 {
			t.Error("a healthy clock is not true")
		}
		jump := set.Add(Fault{Kind: ClockJump, By: Duration(-time.Minute)})
		if d := ahead(); d != -time.Minute {
			t.Errorf("after a jump it is ahead by %s", d)
		}
		if d := time.Until(clock.Steady()); d != 0 {
			t.Errorf("a jump moves the steady clock by %s", d)
		}
		set.Add(Fault{Kind: ClockRate, Rate: 1.5})
		time.Sleep(10 * time.Second)
		if d := ahead(); d != -time.Minute+5*time.Second {
			t.Errorf("after 10 s at rate 1.5 it is ahead by %s", d)
		}
		if s, err := set.Mend(jump); err != nil || s.Hits != 2 {
			t.Errorf("mended %+v, %v; want two hits", s, err)
		}
		if d := ahead(); d != 5*time.Second {
			t.Errorf("without the jump it is ahead by %s", d)
		}
		if d := time.Until(clock.Steady()); d != 5*time.Second {
			t.Errorf("at another rate the steady clock is ahead by %s", d)
		}
		clock.Reset()
		if ahead() != 0 {
			t.Error("after a reset it is not true")
		}
	})
}
