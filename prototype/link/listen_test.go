package link

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

// TestListen_refuses: an address that is taken, and an id that fits into no hello.
func TestListen_refuses(t *testing.T) {
	taken := open(t, Config{Self: "a", Network: &sockets{}}, nil).Addr().String()
	for name, tt := range map[string]struct {
		self, address string
		err           error
		says          string
	}{
		"a taken address": {"b", taken, syscall.EADDRINUSE, taken},
		"no id":           {"", "127.0.0.1:0", nil, "0 bytes"},
		"a long id":       {strings.Repeat("b", 256), "127.0.0.1:0", nil, "256 bytes"},
	} {
		m, err := Listen(Config{Self: tt.self, Network: &sockets{}, Address: tt.address})
		if m != nil {
			m.listener.Close()
		}
		if err == nil || tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m, err := Listen(Config{Self: strings.Repeat("b", 255), Network: &sockets{}, Address: "127.0.0.1:0"}); err != nil {
		t.Errorf("the longest id: %v", err)
	} else {
		m.listener.Close()
	}
}
