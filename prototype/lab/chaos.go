package lab

import (
	"context"
	"math/rand/v2"
	"time"

	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

const (
	chaosEvery = 5 * time.Second // at least; half as long again at most
	chaosLasts = 2 * time.Second
)

var chaosTools = []action.Verb{action.Kill, action.Pause, action.Cut, action.Mute, action.HangDisk, action.SlowDisk, action.Skew, action.Transfer}

func (l *Lab) toggleChaos() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.chaos = !l.record.chaos
	if l.record.chaos {
		l.record.journal.add(time.Now(), frame.ToneFault, true, "chaos is on: the leader is broken every few seconds")
	} else {
		l.record.journal.add(time.Now(), frame.ToneNote, true, "chaos is off")
	}
	return nil
}

// runChaos breaks the leader and heals it, again and again, while chaos is on. It does
// nothing while no load runs: a failure is measured by the messages that it delays. And it waits
// while what has gathered is to be judged, which needs nodes that are well.
func (l *Lab) runChaos(ctx context.Context) {
	for wait(ctx, chaosEvery+rand.N(chaosEvery/2)) {
		l.mu.Lock()
		on := l.record.chaos && l.record.load.On && !l.record.foldDue(l.cfg)
		l.mu.Unlock()
		if !on {
			continue
		}
		verb := chaosTools[rand.IntN(len(chaosTools))]
		// The error is a refusal: there is no leader at the moment, or it has that fault
		// already. The next round tries again.
		_ = l.carryOut(ctx, action.Action{Verb: verb})
		if !wait(ctx, chaosLasts) {
			return
		}
		_ = l.carryOut(ctx, action.Action{Verb: action.Heal})
	}
}
