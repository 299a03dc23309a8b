package dashboard

import (
	"time"

	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// scenarioOf is the scenario that is played, or was played last.
func scenarioOf(f frame.Frame) (scenarios.Scenario, bool) {
	for _, s := range scenarios.All() {
		if s.Name == f.Playing.Scenario {
			return s, true
		}
	}
	return scenarios.Scenario{}, false
}

func playedFor(f frame.Frame) int {
	return min(int(f.Time.Sub(f.Playing.Began).Seconds()), playLasts(f))
}

func playLasts(f frame.Frame) int { return int(f.Playing.Lasts.Seconds()) }

// recent: what a scenario showed is told in full for a while, and then makes room.
func recent(f frame.Frame) bool {
	return f.Time.Sub(f.Playing.Began.Add(f.Playing.Lasts)) < 2*time.Minute
}

func reachedWord(f frame.Frame) string {
	if f.Playing.Reached {
		return "✓ Goal reached."
	}
	return "✗ Goal missed."
}
