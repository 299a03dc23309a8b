package replay

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
)

// floors holds a table against what anchoring must reach. wrong is, in percent, how
// many of the passages that were edited may be placed wrongly.
func floors(t *testing.T, table Table, wrong float64) {
	t.Helper()
	share := func(part, of int) float64 {
		if of == 0 {
			return 0
		}
		return 100 * float64(part) / float64(of)
	}
	for _, class := range Classes {
		c := table.Classes[class]
		t.Logf("%-8s %5d samples: right %5.1f %%, paragraph %4.1f %%, wrong %4.2f %%, unplaced %4.1f %%", class, c.Samples,
			share(c.Right, c.Samples), share(c.Paragraph, c.Samples), share(c.Wrong, c.Samples), share(c.Unplaced, c.Samples))
	}
	t.Logf("%d documents, %d revisions, %d unclear; %.2f ms a thread, p99 %.2f ms", table.Documents, table.Revisions, table.Unclear, table.MeanMS, table.P99MS)
	for i, m := range table.Mistakes {
		if i < 8 {
			t.Logf("mistake: %.300s", m)
		}
	}
	if c := table.Classes[Kept]; share(c.Right, c.Samples) < 99 {
		t.Errorf("kept: %.2f %% right, want at least 99", share(c.Right, c.Samples))
	}
	// A cell that was rewritten in its row counts as wrong here, since its words are gone.
	if c := table.Classes[Deleted]; share(c.Wrong, c.Samples) > 1 {
		t.Errorf("deleted: %.2f %% wrong, want at most 1", share(c.Wrong, c.Samples))
	}
	if c := table.Classes[Edited]; share(c.Wrong, c.Samples) > wrong {
		t.Errorf("edited: %.2f %% wrong, want at most %g", share(c.Wrong, c.Samples), wrong)
	}
	// The race detector makes it ten times slower, beside other packages.
	if table.MeanMS > 3 && !raceDetector {
		t.Errorf("%.2f ms a thread, want at most 3", table.MeanMS)
	}
}

// TestFloors_repository replays the history of this repository, where the clone
// has one.
func TestFloors_repository(t *testing.T) {
	histories, err := Git(t.Context(), "../../..", "*")
	if err != nil {
		t.Skipf("no repository: %v", err)
	}
	table := Run(histories, Options{Seed: 1})
	total := 0
	for _, c := range table.Classes {
		total += c.Samples
	}
	if total < 1000 {
		t.Skipf("the clone has too little history: %d samples", total)
	}
	floors(t, table, 3)
}

// TestFloors_invented edits the texts of this repository at random, as people
// edit: words, sentences and paragraphs, here and there. Every change of a text draws
// other edits, and one draw differs from the next by two percentage points either way
// (2.0 to 6.8 % wrong in eight draws over the same texts, 4.2 % in the mean), so it
// makes several and holds them together.
func TestFloors_invented(t *testing.T) {
	files, err := filepath.Glob("../../../content/design/*.md")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	parser := markdown.New(markdown.Options{})
	var histories []History
	for draw := range uint64(2) {
		random := rand.New(rand.NewPCG(draw, 7))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h := History{Name: filepath.Base(file)}
			text := string(data)
			for range 12 {
				h.Revisions = append(h.Revisions, Parse(parser, file, []byte(text)))
				for range 1 + random.IntN(4) {
					text = edit(random, text)
				}
			}
			histories = append(histories, h)
		}
	}
	table := Run(histories, Options{Seed: 2, Pairs: 6})
	for _, class := range Classes {
		if n := table.Classes[class].Samples; n < 50 {
			t.Errorf("%d samples of %s: the texts were not edited enough", n, class)
		}
	}
	floors(t, table, 6)
}

// TestRun_draw: what is sampled of one document does not hang on another one, nor on
// its later revisions, so that a floor is not missed by the draw.
func TestRun_draw(t *testing.T) {
	parser := markdown.New(markdown.Options{})
	data, err := os.ReadFile("../../../content/design/01-problem.md")
	if err != nil {
		t.Fatal(err)
	}
	var histories []History
	for seed := range uint64(2) {
		h, text, random := History{Name: fmt.Sprint(seed)}, string(data), rand.New(rand.NewPCG(seed, 7))
		for range 4 {
			h.Revisions = append(h.Revisions, Parse(parser, "a.md", []byte(text)))
			text = edit(random, text)
		}
		histories = append(histories, h)
	}
	classes := func(histories ...History) map[Class]Counts {
		return Run(histories, Options{Seed: 1, Steps: []int{1}}).Classes
	}
	add := func(a, b map[Class]Counts) map[Class]Counts {
		for class, c := range b {
			a[class] = Counts{a[class].Samples + c.Samples, a[class].Right + c.Right, a[class].Paragraph + c.Paragraph, a[class].Wrong + c.Wrong, a[class].Unplaced + c.Unplaced}
		}
		return a
	}
	early, late := histories[0], histories[0]
	early.Revisions, late.Revisions = early.Revisions[:3], late.Revisions[2:]
	if diff := cmp.Diff(add(classes(histories[0]), classes(histories[1])), classes(histories...)); diff != "" {
		t.Errorf("two documents apart and together: %s", diff)
	}
	if diff := cmp.Diff(add(classes(early), classes(late)), classes(histories[0])); diff != "" {
		t.Errorf("revisions apart and together: %s", diff)
	}
}

// edit makes one change that a writer would.
func edit(random *rand.Rand, text string) string {
	paragraphs := strings.Split(text, "\n\n")
	var prose []int
	for i, p := range paragraphs {
		if len(p) > 120 && !strings.HasPrefix(p, "|") && !strings.HasPrefix(p, "```") && !strings.HasPrefix(p, "#") && !strings.HasPrefix(p, "---") && !strings.HasPrefix(p, " ") &&
			!strings.HasPrefix(p, "-") && !strings.HasPrefix(p, "1.") && !strings.HasPrefix(p, ">") && !strings.Contains(p, "\n- ") {
			prose = append(prose, i)
		}
	}
	if len(prose) < 3 {
		return text
	}
	at := prose[random.IntN(len(prose))]
	other := prose[random.IntN(len(prose))]
	sentences := strings.SplitAfter(paragraphs[at], ". ")
	s := random.IntN(len(sentences))
	switch random.IntN(9) {
	case 0: // a paragraph goes
		paragraphs[at] = fmt.Sprintf("Later we will say more about part %d.", random.IntN(1000))
	case 1: // two change places
		paragraphs[at], paragraphs[other] = paragraphs[other], paragraphs[at]
	case 2: // a sentence goes
		if len(sentences) > 1 {
			sentences[s] = ""
			paragraphs[at] = strings.TrimSpace(strings.Join(sentences, ""))
		}
	case 3: // a sentence moves to another paragraph
		if len(sentences) > 2 && at != other {
			paragraphs[other] = strings.TrimSpace(paragraphs[other]) + " " + strings.TrimSpace(sentences[s])
			sentences[s] = ""
			paragraphs[at] = strings.TrimSpace(strings.Join(sentences, ""))
		}
	case 4: // a paragraph is split
		if len(sentences) > 1 {
			paragraphs[at] = strings.TrimSpace(strings.Join(sentences[:s], "")) + "\n\n" + strings.TrimSpace(strings.Join(sentences[s:], ""))
		}
	case 5: // a sentence is new
		sentences[s] = fmt.Sprintf("We found %d of these to be %x in most of the %d cases that we tried. ", random.IntN(1000), random.Uint32(), random.IntN(1000)) + sentences[s]
		paragraphs[at] = strings.Join(sentences, "")
	case 6: // a copy, to be changed later: rare, since nobody can say which is meant
		if random.IntN(8) == 0 {
			paragraphs[at] += "\n\n" + paragraphs[at]
		}
	default: // words are changed
		words := strings.Fields(paragraphs[at])
		for range 1 + random.IntN(4) {
			words[random.IntN(len(words))] = []string{"indeed", "often", "shard", "leader", "writes", "the", "never"}[random.IntN(7)]
		}
		paragraphs[at] = strings.Join(words, " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// TestFollow pins the truth on a case that can be checked by eye.
func TestFollow(t *testing.T) {
	a, b := strings.Fields("a b c d e f"), strings.Fields("a x c d f g")
	if got, want := fmt.Sprint(follow(a, b)), "[0 -1 2 3 -1 4]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkPlace(b *testing.B) {
	histories, err := Git(b.Context(), "../../..", "content/design/*.md")
	if err != nil || len(histories) == 0 {
		b.Skip("no history")
	}
	var h History
	for _, other := range histories {
		if len(other.Revisions) > len(h.Revisions) {
			h = other
		}
	}
	old, now := h.Revisions[0], h.Revisions[len(h.Revisions)-1]
	block := len(old.Blocks) / 2
	a, err := anchor.Make(old, anchor.Request{Block: &block})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		anchor.Place(a, old, now)
	}
}
