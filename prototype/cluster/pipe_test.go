package cluster

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
)

// TestPipe: what is written waits for its reader, up to a bound; a deadline ends
// the wait and not what needs none; what was written before the end can be read
// after it.
func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := newConnection()
		written := make(chan int, 1)
		go func() {
			n, err := near.Write(make([]byte, socketBuffer+10))
			if err != nil {
				t.Error(err)
			}
			written <- n
		}()
		synctest.Wait()
		if len(written) > 0 {
			t.Fatal("more was written than fits")
		}
		if n, err := io.ReadFull(far, make([]byte, 10)); n != 10 || err != nil {
			t.Fatal(n, err)
		}
		if n := <-written; n != socketBuffer+10 {
			t.Errorf("%d bytes were written", n)
		}
		began := time.Now()
		near.SetWriteDeadline(began.Add(time.Second))
		if n, err := near.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("a write to one who does not read: %d, %v after %s", n, err, time.Since(began))
		}
		if _, err := io.ReadFull(far, make([]byte, socketBuffer)); err != nil {
			t.Fatal(err)
		}
		if n, err := near.Write([]byte("hello")); n != 5 || err != nil {
			t.Errorf("a late write that fits: %d, %v", n, err)
		}
		try := near.(fault.TryWriter).TryWrite
		if written, err := try(make([]byte, socketBuffer)); written || err != nil {
			t.Errorf("more than fits is tried: %t, %v", written, err)
		}
		if written, err := try([]byte(", world")); !written || err != nil {
			t.Errorf("what fits is tried: %t, %v", written, err)
		}
		near.Close()
		if rest, err := io.ReadAll(far); string(rest) != "hello, world" || err != nil {
			t.Errorf("after the end there was %q, %v", rest, err)
		}
		if _, err := far.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("a write to one who has gone: %v", err)
		}
		if _, err := near.Read(make([]byte, 1)); err == nil {
			t.Error("a closed connection is read")
		}
		// A reader waits until its deadline, even one that comes while it waits.
		near, far = newConnection()
		ended := make(chan error, 1)
		go func() {
			_, err := far.Read(make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		far.SetReadDeadline(time.Now().Add(time.Second))
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read without an end: %v", err)
		}
		near.Close()
	})
}

// TestFabric_backlog: who dials a listener that does not accept waits in its
// backlog, and is hung up on when it closes.
func TestFabric_backlog(t *testing.T) {
	f := NewFabric()
	if _, err := f.Dial("a", 0); !errors.Is(err, errRefused) {
		t.Errorf("nobody listens: %v", err)
	}
	l, err := f.Listen("a")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := f.Dial("a", 0)
	for range backlog - 1 {
		_, err = f.Dial("a", 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Dial("a", 0); !errors.Is(err, errRefused) {
		t.Errorf("a full backlog: %v", err)
	}
	l.Close()
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("in the backlog of one who closed: %v", err)
	}
}
