package run

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/site"
)

const (
	longestCaption = 400 // bytes
	mostLanes      = 4
	largestSeed    = 1<<31 - 1
)

// Lab is what the laboratory of this program can play.
type Lab struct {
	Scenarios []Scenario
	Lanes     []string
	Bugs      []Bug // the deliberate ones that a run can have switched on
}

// Scenario is a story.
type Scenario struct {
	Name, Title string
	Lasts       time.Duration
}

// Scenario finds a story by its name.
func (l *Lab) Scenario(name string) (Scenario, bool) {
	i := slices.IndexFunc(l.Scenarios, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return l.Scenarios[i], true
}

// Fence is what a text asks for.
type Fence struct {
	Scenario string
	Seed     int
	Lanes    []string
	At       time.Duration // from the beginning of the story
	Caption  string        // with links to recorded values
	// Loses, Moves and Keeps are lanes of which the text says so.
	Loses, Moves, Keeps []string

	// Wrong is what cannot be understood.
	Wrong []Mistake
}

// Mistake is a part of a fence that is wrong, and how to put it right.
type Mistake struct{ Says, Mend string }

var (
	attribute  = regexp.MustCompile(`^\s*([^\s="]+)(?:=("[^"]*"?|[^\s"]*))?`)
	attributes = []string{"scenario", "seed", "lanes", "at", "caption", "loses", "moves", "keeps"}
)

// Parse reads what stands behind the language. It knows no laboratory: see
// [Fence.Judge].
func Parse(text string) Fence {
	f := Fence{Seed: 1}
	wrong := func(mend, format string, args ...any) {
		f.Wrong = append(f.Wrong, Mistake{fmt.Sprintf(format, args...), mend})
	}
	seen := map[string]bool{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		m := attribute.FindStringSubmatch(text)
		if m == nil {
			wrong("write name=value, with quotes around what has spaces", "%q is no attribute", text)
			break
		}
		text = text[len(m[0]):]
		name, value := m[1], m[2]
		if strings.HasPrefix(value, `"`) {
			if len(value) < 2 || !strings.HasSuffix(value, `"`) {
				wrong(`end it with "`, "the value of %s has no end", name)
			}
			value = strings.Trim(value, `"`)
		}
		if seen[name] {
			wrong("say it once", "%s is said twice", name)
		}
		seen[name] = true
		switch name {
		case "scenario":
			f.Scenario = value
		case "seed":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > largestSeed {
				wrong(fmt.Sprintf("write a whole number from 1 to %d", largestSeed), "seed=%s is no seed", value)
				n = 1
			}
			f.Seed = n
		case "lanes":
			f.Lanes = list(value)
		case "at":
			at, err := time.ParseDuration(value)
			if err != nil || at < 0 || at%time.Millisecond != 0 {
				wrong("write a time from the beginning of the story, as at=4.2s", "at=%s is no moment", value)
			}
			f.At = at
		case "caption":
			f.Caption = strings.TrimSpace(value)
		case "loses":
			f.Loses = list(value)
		case "moves":
			f.Moves = list(value)
		case "keeps":
			f.Keeps = list(value)
		default:
			wrong(meant(name, attributes), "there is no attribute %q", name)
		}
	}
	for _, name := range []string{"scenario", "lanes", "at", "caption"} {
		if !seen[name] {
			wrong("write ```run scenario=… lanes=…,… at=…s caption=\"what it shows, in a sentence\"", "it does not say its %s", name)
		}
	}
	return f
}

func list(value string) (all []string) {
	for name := range strings.SplitSeq(value, ",") {
		all = append(all, strings.TrimSpace(name))
	}
	return all
}

func meant(name string, words []string) string {
	if near := site.Nearest(name, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "write one of " + strings.Join(words, ", ")
}

// Judge says what is wrong with a fence: what it was not understood in, what the
// laboratory has not, and what its caption states without a ground.
func (f Fence) Judge(l *Lab) []Mistake {
	wrong := slices.Clone(f.Wrong)
	add := func(mend, format string, args ...any) {
		wrong = append(wrong, Mistake{fmt.Sprintf(format, args...), mend})
	}
	if len(wrong) > 0 {
		return wrong
	}
	if s, ok := l.Scenario(f.Scenario); !ok {
		var names []string
		for _, s := range l.Scenarios {
			names = append(names, s.Name)
		}
		add(meant(f.Scenario, names), "the laboratory has no scenario %q", f.Scenario)
	} else if f.At > s.Lasts {
		add(fmt.Sprintf("choose a moment up to %s", s.Lasts), "at=%s is after the end of %q", f.At, f.Scenario)
	}
	for _, attribute := range []struct {
		name  string
		lanes []string
	}{{"lanes", f.Lanes}, {"loses", f.Loses}, {"moves", f.Moves}, {"keeps", f.Keeps}} {
		for i, lane := range attribute.lanes {
			switch {
			case !slices.Contains(l.Lanes, lane):
				add(meant(lane, l.Lanes), "%s names the lane %q, which the laboratory has not", attribute.name, lane)
			case slices.Contains(attribute.lanes[:i], lane):
				add("name it once", "%s names the lane %q twice", attribute.name, lane)
			}
		}
	}
	if len(f.Lanes) > mostLanes {
		add(fmt.Sprintf("name up to %d", mostLanes), "lanes names %d", len(f.Lanes))
	}
	if f.Caption == "" {
		add("say in a sentence what the run shows", "the caption is empty")
	}
	if len(f.Caption) > longestCaption {
		add(fmt.Sprintf("write at most %d", longestCaption), "the caption has %d bytes", len(f.Caption))
	}
	for _, p := range f.Pieces() {
		if p.Dest == "" {
			for _, number := range bareNumber.FindAllStringSubmatch(p.Text, -1) {
				add(fmt.Sprintf("make it a link to what was recorded, as [%s](evidence:%s#%s.…), or leave it out", number[1], Evidence, f.Run()), "the caption states %s, and nothing stands behind it", number[1])
			}
		}
	}
	return wrong
}

// bareNumber is a figure; digits within a name such as ADR-0005 or n1 are none.
var bareNumber = regexp.MustCompile(`(?:^|[\s(≥~<>≈])(\d[\d.,]*\d|\d)`)

// Piece is a run of a caption's text. Start is where its text begins in the caption.
type Piece struct {
	Text, Dest string
	Start      int
}

var figure = regexp.MustCompile(`\[([^\[\]]+)\]\(((?:evidence|model):[^()\s]+)\)`)

// Pieces cuts the caption at its links to values.
func (f Fence) Pieces() (all []Piece) {
	from := 0
	for _, m := range figure.FindAllStringSubmatchIndex(f.Caption, -1) {
		if m[0] > from {
			all = append(all, Piece{Text: f.Caption[from:m[0]], Start: from})
		}
		all = append(all, Piece{Text: f.Caption[m[2]:m[3]], Dest: f.Caption[m[4]:m[5]], Start: m[2]})
		from = m[1]
	}
	if from < len(f.Caption) {
		all = append(all, Piece{Text: f.Caption[from:], Start: from})
	}
	return all
}

// Words are the caption as it is read.
func (f Fence) Words() string {
	var b strings.Builder
	for _, p := range f.Pieces() {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Run names what is played: the scenario, and the seed if that is not 1.
func (f Fence) Run() string {
	if f.Seed == 1 {
		return f.Scenario
	}
	return f.Scenario + "-" + strconv.Itoa(f.Seed)
}

// ID is the figure's on its page.
func (f Fence) ID() string { return fmt.Sprintf("run-%s-%d", f.Run(), f.At.Milliseconds()) }
