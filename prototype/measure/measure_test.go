package measure

import (
	"testing"

	"lockstep/prototype/lab"
)

// TestPlay: a leader that is cut off costs the strong lane a window and the
// asynchronous one messages.
func TestPlay(t *testing.T) {
	for _, s := range lab.Scenarios() {
		if s.Name != "cut-off" {
			continue
		}
		story, err := Play(t.Context(), s, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		quorum, async := story.Lanes[lab.Quorum], story.Lanes[lab.Async]
		if story.Runs != 3 || story.Reached != 3 || len(story.Windows) < 3 {
			t.Errorf("%d runs, %d reached their goal, windows %v: %v", story.Runs, story.Reached, story.Windows, story.Missed)
		}
		if quorum.Acknowledged == 0 || quorum.Lost+quorum.Moved+quorum.Duplicated > 0 || quorum.Broken > 0 {
			t.Errorf("quorum: %+v", quorum)
		}
		if async.Lost == 0 || async.Broken != 3 {
			t.Errorf("leader: %+v", async)
		}
		if r := story.Reads[lab.Linearizable]; r.Fresh == 0 || r.Stale > 0 {
			t.Errorf("linearizable reads: %+v", r)
		}
		return
	}
	t.Fatal("there is no scenario cut-off")
}
