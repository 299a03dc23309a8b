package node

import (
	"context"

	"lockstep/prototype/node/wire"
)

// Ask asks the program of another node something beside the log, over the same
// links, with the same certificates; see Config.Answer. Nothing of it is ordered
// or kept by the nodes.
func (n *Node) Ask(ctx context.Context, node string, question []byte) ([]byte, error) {
	return n.mesh.Call(ctx, node, wire.ChannelAsk, question)
}

// Others lists the nodes beside this one, by id.
func (n *Node) Others() []string { return n.roster.Others() }

func (n *Node) receiveAsk(from string, question []byte, reply func([]byte, error)) {
	if n.cfg.Answer == nil {
		reply(nil, wire.ErrMalformed)
		return
	}
	go func() { reply(n.cfg.Answer(from, question)) }()
}
