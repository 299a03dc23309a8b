package fault

import (
	"errors"
	"io"
	"net"
	"testing"
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
		{"nothing", Fault{}, false},
	} {
		if err := tt.fault.Validate(peers); (err == nil) != tt.ok || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestLinks_cut: what a cut promises to those above it.
func TestLinks_cut(t *testing.T) {
	links := NewLinks()
	attach := func(peer string, d Direction) (net.Conn, net.Conn, error) {
		near, far := net.Pipe()
		attached, err := links.Attach(near, peer, d)
		return attached, far, err
	}
	out, farOut, _ := attach("n2", Out)
	in, _, _ := attach("n2", In)
	other, farOther, _ := attach("n3", Out)

	links.Add(Fault{Kind: Cut, Peers: []string{"n2"}, Direction: Out})
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
	links.Add(Fault{Kind: Isolate})
	if _, err := in.Write([]byte("x")); err == nil {
		t.Error("isolation leaves a connection open")
	}
	if got := len(links.Active()); got != 2 {
		t.Errorf("%d faults active, want 2", got)
	}
	links.Heal()
	if _, _, err := attach("n2", Out); err != nil || len(links.Active()) != 0 {
		t.Errorf("after healing: %v, %v", err, links.Active())
	}
}
