package dashboard

import "lockstep/prototype/lab/frame"

// Still is what a picture of a run keeps of one moment: the chats, and, once a
// scenario is over, what the exact judge made of the whole run.
type Still struct {
	Lanes   []StillLane `json:"lanes"` // in the order of [frame.Lanes]
	Reached bool        `json:"reached"`
	Says    string      `json:"says"` // the scenario's outcome, "" before its end
}

// StillLane is a lane at the moment. The counts are those of the exact judge, and
// Judged says whether it has counted.
type StillLane struct {
	Lane         frame.Lane   `json:"lane"`
	Chats        []frame.Chat `json:"chats"`
	Judged       bool         `json:"judged"`
	Acknowledged int          `json:"acknowledged"`
	Lost         int          `json:"lost"`
	Moved        int          `json:"moved"`
	Doubled      int          `json:"doubled"`
}

// StillOf is the picture of a frame. A judgement from before the scenario's end is
// left out: it is not about the whole run.
func StillOf(f frame.Frame) (s Still) {
	var judged []frame.LaneJudgement
	if j := f.Judgement; j != nil && f.Playing.Over && !j.At.Before(f.Playing.Began) {
		judged = j.Lanes
	}
	if f.Playing.Over {
		s.Reached, s.Says = f.Playing.Reached, f.Playing.Says
	}
	for i, l := range f.Lanes {
		lane := StillLane{Lane: l.Lane, Chats: l.Members, Judged: i < len(judged)}
		if lane.Judged {
			c := judged[i].Report.Counts
			lane.Acknowledged, lane.Lost, lane.Moved, lane.Doubled = c.Acknowledged, c.Lost, c.Reordered, c.Duplicated
		}
		s.Lanes = append(s.Lanes, lane)
	}
	return s
}
