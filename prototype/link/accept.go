package link

import (
	"fmt"
	"net"
	"time"

	"lockstep/prototype/fault"
)

func (m *Mesh) accept() {
	for {
		raw, err := m.listener.Accept()
		if err != nil {
			select {
			case <-m.closed:
				return
			case <-time.After(10 * time.Millisecond): // out of file descriptors, perhaps
				continue
			}
		}
		m.done.Go(func() {
			if err := m.admit(raw); err != nil {
				m.cfg.Logger.Debug("connection refused", "from", raw.RemoteAddr(), "reason", err)
				raw.Close()
			}
		})
	}
}

// admit reads the hello and hands the connection to those that it is for.
func (m *Mesh) admit(raw net.Conn) error {
	if err := raw.SetReadDeadline(time.Now().Add(helloTimeout)); err != nil {
		return err
	}
	h, err := readHello(raw)
	if err != nil {
		return err
	}
	if err := raw.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if v, ok := m.cfg.Network.(Verifier); ok {
		if err := v.Verify(raw, h.caller); err != nil {
			return err
		}
	}
	attached, err := m.cfg.Links.Attach(raw, h.caller, fault.In)
	if err != nil {
		return err
	}
	if h.use != stream {
		m.run(newConn(attached, h.caller))
		return nil
	}
	serve := m.streams[h.channel]
	if serve == nil {
		return fmt.Errorf("there is no stream channel %d here", h.channel)
	}
	serve(h.caller, attached)
	return nil
}
