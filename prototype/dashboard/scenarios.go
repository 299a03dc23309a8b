package dashboard

import (
	"time"

	"lockstep/prototype/lab"
)

// scenarioOf is the scenario that is played, or was played last.
func scenarioOf(f lab.Frame) (lab.Scenario, bool) {
	for _, s := range lab.Scenarios() {
		if s.Name == f.Playing.Scenario {
			return s, true
		}
	}
	return lab.Scenario{}, false
}

func playedFor(f lab.Frame) int { return min(int(f.Time.Sub(f.Playing.Began).Seconds()), playLasts(f)) }

func playLasts(f lab.Frame) int { return int(f.Playing.Lasts.Seconds()) }

// recent: what a scenario showed is told in full for a while, and then makes room.
func recent(f lab.Frame) bool {
	return f.Time.Sub(f.Playing.Began.Add(f.Playing.Lasts)) < 2*time.Minute
}

func reachedWord(f lab.Frame) string {
	if f.Playing.Reached {
		return "✓ Goal reached."
	}
	return "✗ Goal missed."
}
