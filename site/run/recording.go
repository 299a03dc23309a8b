package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Evidence is the name of the recording among the evidence.
const Evidence = "runs"

// FileName is that of the recording, in a folder of evidence.
const FileName = Evidence + ".json"

const largestFile = 4 << 20 // bytes

// Recording is what was recorded of runs. It is a file of evidence: texts link to its
// values, as evidence:runs#cut-off.leader.lost.
type Recording struct {
	Values map[string]Result `json:"values"` // by the name of the run
	Stills []Still           `json:"stills"`
}

// Result is how a run ended.
type Result struct {
	Seed    int    `json:"seed"`
	Trace   string `json:"trace"` // a hash over all that happened, up to the end
	Reached bool   `json:"reached"`
	Says    string `json:"says"`
	Lanes
}

// Lanes are the exact judge's verdicts. They stand among the other values of a result,
// under the names of lanes.
type Lanes map[string]Verdict

// Verdict counts the messages of a lane that the whole run acknowledged.
type Verdict struct {
	Acknowledged int `json:"acknowledged"`
	Lost         int `json:"lost"`
	Moved        int `json:"moved"`
	Doubled      int `json:"doubled"`
}

// Kept says whether every acknowledgement was kept.
func (v Verdict) Kept() bool { return v.Lost+v.Moved+v.Doubled == 0 }

// Still is what lanes showed at a moment.
type Still struct {
	Run   string            `json:"run"`
	At    int64             `json:"at_ms"` // from the beginning of the story
	Trace string            `json:"trace"` // up to that moment
	Chats map[string][]Chat `json:"chats"` // by lane
}

// Chat is a conversation as one member sees it, at one node.
type Chat struct {
	Node  string `json:"node"`
	Fresh bool   `json:"fresh"` // the node answered; otherwise it is what it last showed
	Lines []Line `json:"lines"`
}

// Line is a message. Mark is "" or one of moved, lost, twice and differs; Was is the
// place that was acknowledged. In a file it is one text: "107 [moved 104] ada 20".
type Line struct {
	Seq  uint64
	Body string
	Mark string
	Was  uint64
}

// MarshalText writes a line as one text.
func (l Line) MarshalText() ([]byte, error) {
	if l.Mark == "" {
		return fmt.Appendf(nil, "%d %s", l.Seq, l.Body), nil
	}
	return fmt.Appendf(nil, "%d [%s %d] %s", l.Seq, l.Mark, l.Was, l.Body), nil
}

var written = regexp.MustCompile(`^(\d{1,19})(?: \[(moved|lost|twice|differs) (\d{1,19})\])? (.*)$`)

// UnmarshalText reads what MarshalText writes.
func (l *Line) UnmarshalText(text []byte) (err error) {
	m := written.FindStringSubmatch(string(text))
	if m == nil {
		return fmt.Errorf("%q is no message of a chat: write its place and its text", text)
	}
	*l = Line{Body: m[4], Mark: m[2]}
	if l.Seq, err = strconv.ParseUint(m[1], 10, 64); err == nil && m[3] != "" {
		l.Was, err = strconv.ParseUint(m[3], 10, 64)
	}
	return err
}

// MarshalJSON writes lanes beside the other values.
func (r Result) MarshalJSON() ([]byte, error) {
	members := map[string]any{"seed": r.Seed, "trace": r.Trace, "reached": r.Reached, "says": r.Says}
	for lane, v := range r.Lanes {
		members[lane] = v
	}
	return json.Marshal(members)
}

// UnmarshalJSON takes each member that is an object for a lane.
func (r *Result) UnmarshalJSON(data []byte) error {
	var plain struct {
		Seed    int    `json:"seed"`
		Trace   string `json:"trace"`
		Reached bool   `json:"reached"`
		Says    string `json:"says"`
	}
	var members map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(data, &plain), json.Unmarshal(data, &members)); err != nil {
		return err
	}
	*r = Result{Seed: plain.Seed, Trace: plain.Trace, Reached: plain.Reached, Says: plain.Says, Lanes: Lanes{}}
	for name, member := range members {
		if len(member) > 0 && member[0] == '{' {
			var v Verdict
			if err := json.Unmarshal(member, &v); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			r.Lanes[name] = v
		}
	}
	return nil
}

// Load reads the recording from the first folder that has one. Without any it is
// empty. File is where it is, or would be.
func Load(fsys fs.FS, folders []string) (r *Recording, file string, err error) {
	r = &Recording{}
	if file, err = loadFirst(fsys, folders, FileName, r); err != nil {
		return &Recording{}, file, err
	}
	return r, file, nil
}

// loadFirst reads a file of JSON from the first folder that has it. File is where it is,
// or would be: "" without a folder.
func loadFirst(fsys fs.FS, folders []string, name string, into any) (file string, err error) {
	for _, folder := range folders {
		file := path.Join(folder, name)
		data, err := fs.ReadFile(fsys, file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return file, err
		case len(data) > largestFile:
			return file, fmt.Errorf("it has %d bytes; a recording has at most %d", len(data), largestFile)
		}
		if err := json.Unmarshal(data, into); err != nil {
			return file, fmt.Errorf("it is no recording: %w", err)
		}
		return file, nil
	}
	if len(folders) == 0 {
		return "", nil
	}
	return path.Join(folders[0], name), nil
}

// Find is what was recorded for a fence; ok is false where a part of it is missing.
func (r *Recording) Find(f Fence) (result Result, still Still, ok bool) {
	result, known := r.Values[f.Run()]
	i := slices.IndexFunc(r.Stills, func(s Still) bool { return s.Run == f.Run() && s.At == f.At.Milliseconds() })
	if !known || i < 0 {
		return result, still, false
	}
	still = r.Stills[i]
	for _, lane := range slices.Concat(f.Lanes, f.Loses, f.Moves, f.Keeps) {
		if _, ok := result.Lanes[lane]; !ok {
			return result, still, false
		}
	}
	return result, still, !slices.ContainsFunc(f.Lanes, func(lane string) bool { return still.Chats[lane] == nil })
}

// Denies says what of a fence its recording does not bear out: a story that missed its
// goal shows nothing, and what is said of lanes is what the judge found.
func (f Fence) Denies(r Result) (says []string) {
	if !r.Reached {
		says = append(says, "the story missed its goal: "+r.Says)
	}
	for _, claim := range []struct {
		word  string
		lanes []string
		holds func(Verdict) bool
	}{
		{"loses", f.Loses, func(v Verdict) bool { return v.Lost > 0 }},
		{"moves", f.Moves, func(v Verdict) bool { return v.Moved > 0 }},
		{"keeps", f.Keeps, Verdict.Kept},
	} {
		for _, lane := range claim.lanes {
			if v := r.Lanes[lane]; !claim.holds(v) {
				says = append(says, fmt.Sprintf("the fence says %s=%s, and %s", claim.word, lane, strings.Join(v.words(lane), ", ")))
			}
		}
	}
	return says
}

// words say what became of a lane, without figures' grounds.
func (v Verdict) words(lane string) (words []string) {
	for _, c := range v.counts() {
		words = append(words, fmt.Sprintf("%s %s %d", lane, c.word, c.n))
	}
	if v.Kept() {
		words = []string{fmt.Sprintf("%s kept all %d", lane, v.Acknowledged)}
	}
	return words
}

type count struct {
	word, member string
	n            int
}

func (v Verdict) counts() (all []count) {
	for _, c := range []count{{"lost", "lost", v.Lost}, {"moved", "moved", v.Moved}, {"doubled", "doubled", v.Doubled}} {
		if c.n > 0 {
			all = append(all, c)
		}
	}
	return all
}
