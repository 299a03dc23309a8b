package main

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// jetStreamPipe publishes without waiting. Acknowledgements are awaited in the
// order of the messages, in which a stream's leader gives them.
type jetStreamPipe struct {
	js      jetstream.JetStream
	pending chan pendingAck
}

type pendingAck struct {
	future jetstream.PubAckFuture
	done   func(error)
}

func (j *jetStream) Pipes(ctx context.Context) (pipes []pipe, window int, err error) {
	window = jetStreamPending / j.connections
	for range j.connections {
		js, err := j.dialLeader(ctx)
		if err != nil {
			return pipes, 0, err
		}
		p := &jetStreamPipe{js, make(chan pendingAck, window)}
		go p.await()
		pipes = append(pipes, p)
	}
	return pipes, window, nil
}

func (p *jetStreamPipe) send(m message, done func(error)) {
	future, err := p.js.PublishMsgAsync(natsMessage(m), jetstream.WithMsgID(m.id))
	if err != nil {
		done(err)
		return
	}
	p.pending <- pendingAck{future, done}
}

func (p *jetStreamPipe) await() {
	for next := range p.pending {
		select {
		case <-next.future.Ok():
			next.done(nil)
		case err := <-next.future.Err():
			next.done(err)
		}
	}
}

func (p *jetStreamPipe) close() {
	close(p.pending)
	p.js.Conn().Close()
}
