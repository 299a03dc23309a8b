// Command prototype tries the claim on which the notifier rests: with the event's id
// as key, and no attempt after the key has expired, nobody is told twice, whatever
// fails between the provider and our record.
//
// Time is virtual, chance comes from a seed, and two other ways to send go through
// the same faults, so that the run can fail: one retries without a key, one records
// before it sends.
package main

import "math/rand/v2"

// All times are in minutes.
const (
	window = 24 * 60 // the provider forgets a key after this
	margin = 60      // we stop this long before that
	lease  = 5       // another worker takes the event after this
)

// fault is what strikes one attempt.
type fault int

const (
	none         fault = iota
	stopBefore         // the worker stops before it sends
	stopAfter          // it stops after the provider has accepted, before it records
	answerLost         // the provider has accepted, and nobody hears of it
	leaseExpires       // it sleeps, another worker sends and records, it wakes and sends
	longOutage         // nothing is sent for longer than the provider remembers
	faults
)

var faultNames = [faults]string{"none", "stop_before", "stop_after", "answer_lost", "lease_expires", "long_outage"}

// provider delivers what it accepts, unless it remembers the key.
type provider struct {
	seen      map[int]int // minute of acceptance, by key
	delivered map[int]int // by event
}

func (p *provider) send(now, event int, keyed bool) {
	if at, ok := p.seen[event]; ok && keyed && now-at < window {
		return
	}
	p.seen[event] = now
	p.delivered[event]++
}

// lane is a way to send.
type lane struct {
	keyed       bool // the event's id goes along as key
	expires     bool // no attempt when the key may have been forgotten
	recordFirst bool // the record is written before the request
}

// result is what became of the events of one lane.
type result struct {
	Events     int            `json:"events"`
	Attempts   int            `json:"attempts"`
	Faults     map[string]int `json:"faults"`
	Duplicated int            `json:"duplicated"` // told twice or more
	Lost       int            `json:"lost"`       // never told, and nobody knows
	Unknown    int            `json:"unknown"`    // given to a person to decide
}

// run sends every event, with a fault in one attempt of three.
func run(l lane, events int, seed uint64) result {
	chance := rand.New(rand.NewPCG(seed, 0))
	p := &provider{seen: make(map[int]int), delivered: make(map[int]int)}
	r := result{Events: events, Faults: make(map[string]int)}
	for event := range events {
		now, recorded, unknown := 0, false, false
		for first := now; !recorded && !unknown; now += lease {
			if l.expires && now-first >= window-margin {
				unknown = true
				break
			}
			f := none
			if chance.IntN(3) == 0 {
				f = fault(1 + chance.IntN(int(faults)-1))
			}
			r.Attempts++
			r.Faults[faultNames[f]]++
			recorded = l.recordFirst
			switch f {
			case none:
				p.send(now, event, l.keyed)
				recorded = true
			case stopBefore:
			case stopAfter, answerLost:
				p.send(now, event, l.keyed)
			case leaseExpires:
				p.send(now+lease, event, l.keyed)
				p.send(now+2*lease, event, l.keyed)
				recorded = true
			case longOutage:
				now += window
			}
		}
		switch told := p.delivered[event]; {
		case told > 1:
			r.Duplicated++
		case unknown:
			r.Unknown++
		case told == 0:
			r.Lost++
		}
	}
	return r
}

var lanes = map[string]lane{
	"key":    {keyed: true, expires: true},
	"retry":  {},
	"record": {recordFirst: true},
	"late":   {keyed: true},
}
