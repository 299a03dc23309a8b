package replica

import (
	"context"
	"sync"

	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// guess is what [mutant.AckBeforeCommit] does: it proposes, and answers at once
// with the seqs that the messages will have if all goes well.
func (s *Replica) guess(commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	any, _ := guesses.LoadOrStore(s, &guessed{results: map[string]order.Result{}})
	g := any.(*guessed)
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := s.batcher.submit(nil, commands)
	go wait(context.Background())
	var results []order.Result
	for _, c := range commands {
		key := c.Conversation + "/" + c.ID
		r, again := g.results[key]
		if r.Duplicate = again; !again {
			last, _ := s.fsm.machine.Digest(c.Conversation, 0)
			r = order.Result{Seq: max(last, g.results[c.Conversation].Seq) + 1, Epoch: s.raft.CurrentTerm()}
			g.results[key], g.results[c.Conversation] = r, r
		}
		results = append(results, r)
	}
	return func(context.Context) ([]order.Result, *outcome.Error) { return results, nil }
}

var guesses sync.Map // of *guessed, by *shard

// guessed are the results so far, by conversation and id, and the newest of each
// conversation.
type guessed struct {
	mu      sync.Mutex
	results map[string]order.Result
}
