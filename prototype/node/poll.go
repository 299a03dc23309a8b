package node

// poll is what the voters of a shard think of an election.
type poll struct {
	agreed  bool   // a majority of the voters hears no leader and would vote
	running bool   // one of those campaigns already
	best    string // who should campaign, or ""
}

// count takes the voters in the order of preference. Who is no voter does not count.
func count(voters []string, opinions map[string]opinion) (p poll) {
	agree := 0
	for _, id := range voters {
		o, ok := opinions[id]
		if !ok || !o.Agrees {
			continue
		}
		agree++
		p.running = p.running || o.Running
		if o.Fit && (p.best == "" || o.newer(opinions[p.best])) {
			p.best = id
		}
	}
	p.agreed = majority(agree, len(voters))
	return p
}
