package election

import (
	"lockstep/prototype/node/roster"
)

// poll is what the voters of a shard think of an election.
type poll struct {
	agreed  bool   // a majority of the voters hears no leader and would vote
	running bool   // one of the voters campaigns already
	best    string // who should campaign, or ""
}

// count takes the voters in the order of preference. Who is no voter does not count.
func count(voters []string, opinions map[string]Opinion) (p poll) {
	agree := 0
	for _, id := range voters {
		o, ok := opinions[id]
		p.running = p.running || o.Running // it may have won already, and so not agree
		if !ok || !o.Agrees {
			continue
		}
		agree++
		if o.Fit && (p.best == "" || o.newer(opinions[p.best])) {
			p.best = id
		}
	}
	p.agreed = roster.Majority(agree, len(voters))
	return p
}
