package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	numbers "lockstep/site/model"
	"lockstep/site/model/sheet"
)

// TestModelProgram: the program in the browser computes what the same code computes
// here, for each value of this repository's model, at the base and in fifty scenarios
// that a seed chooses; and what the build computes with units, for all values at the
// base and for a twentieth of them in each scenario.
func TestModelProgram(t *testing.T) {
	const scenarios = 50
	m, _ := numbers.Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	s := m.Sheet(nil)
	var dests []string
	for _, c := range s.Cells {
		dests = append(dests, c.Name)
	}
	dests = append(dests, "cost.total?shard.replicas=5", "cost.per_user?sockets.per_gateway=low&message.row=high")
	byScenario := len(dests)
	for _, f := range s.Flips {
		dests = append(dests, f.Name)
	}
	withoutDraws := len(dests)
	dests = append(dests, "cost.total?joint=p5", "cost.exact.share?joint=p75")

	random := rand.New(rand.NewPCG(14, 50))
	texts := []string{""}
	answers := runModel(t, s.Text(), dests, texts)
	for range scenarios {
		var parts []string
		for _, c := range s.Cells {
			if !c.Ranged() || random.IntN(3) > 0 {
				continue
			}
			value := []string{"low", "high", strconv.FormatFloat((c.Low+random.Float64()*(c.High-c.Low))/c.Unit.Factor, 'g', -1, 64)}[random.IntN(3)]
			parts = append(parts, c.Name+":"+value)
		}
		texts = append(texts, strings.Join(parts, ","))
	}
	answers = append(answers, runModel(t, s.Text(), dests[:withoutDraws], append(texts[1:], "no.such:1"))...)
	if wrong := answers[len(texts)].Wrong; !strings.Contains(wrong, `"no.such" is no value`) {
		t.Errorf("an unknown input gives %q", wrong)
	}
	compared, native := 0, s.State()
	for i, text := range texts {
		if i > 0 {
			dests = dests[:withoutDraws]
		}
		lines := strings.SplitAfter(answers[i].Lines, "\n")
		if answers[i].Wrong != "" || len(lines) != len(dests)+1 {
			t.Fatalf("scenario %q: %q and %d answers to %d questions", text, answers[i].Wrong, len(lines)-1, len(dests))
		}
		scenario, err := s.Scenario(text)
		if err != nil {
			t.Fatal(err)
		}
		native.Set(scenario)
		query := strings.NewReplacer(":", "=", ",", "&").Replace(text)
		for j, line := range lines[:len(dests)] {
			if want := native.Lines(dests[j]); texts4(line) != texts4(want) {
				t.Errorf("%s in scenario %d: %q, and the same code here gives %q", dests[j], i, line, want)
			}
			// With units it takes a hundred times as long: some in each scenario.
			if i > 0 && (j >= byScenario || (i+j)%20 > 0) {
				continue
			}
			// The later change of an input counts, as one that a link names does here.
			name, own, _ := strings.Cut(dests[j], "?")
			dest := "model:" + name
			if all := strings.Trim(query+"&"+own, "&"); all != "" {
				dest += "?" + all
			}
			want, wantText, err := m.Number(dest)
			parts := strings.Split(strings.TrimSpace(line), "\t")
			if err != nil {
				if parts[0] != "!" {
					t.Errorf("%s in scenario %d: %q, and the build says %v", dests[j], i, line, err)
				}
				continue
			}
			if len(parts) != 6 || parts[1] != wantText {
				t.Errorf("%s in scenario %d: %q, want %q", dests[j], i, line, wantText)
				continue
			}
			if got, err := strconv.ParseFloat(parts[5], 64); err != nil || math.Abs(got-want) > 1e-9*math.Abs(want) {
				t.Errorf("%s in scenario %d: %v, want %v", dests[j], i, parts[5], want)
			}
			compared++
		}
	}
	if least := scenarios * len(s.Cells) / 20; compared < least {
		t.Errorf("%d values compared with units, want at least %d", compared, least)
	}
}

// TestModelProgram_verdicts: the program says what a scenario breaks.
func TestModelProgram_verdicts(t *testing.T) {
	m, _ := numbers.Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	s := m.Sheet([]numbers.Condition{{When: "cost.total > 10000000", Says: "It costs ten millions.", Place: "/adr/x/", Of: "ADR-1"}})
	answers := runModel(t, s.Text(), []string{"cost.total"}, []string{"", "users.daily:20bn"})
	if answers[0].Verdicts != "" {
		t.Errorf("at the base: %q", answers[0].Verdicts)
	}
	for _, want := range []string{sheet.Assert + "\t", sheet.Trigger + "\tADR-1\tIt costs ten millions.\t/adr/x/\tsum for a month\t$"} {
		if !strings.Contains(answers[1].Verdicts, want) {
			t.Errorf("with forty times the people: %q, want %q in it", answers[1].Verdicts, want)
		}
	}
}

// texts4 are the four texts of an answer. The rest has more digits than two processors
// agree on.
func texts4(line string) string {
	parts := strings.Split(line, "\t")
	return strings.Join(parts[:min(4, len(parts))], "\t")
}

type modelAnswer struct{ Wrong, Lines, Verdicts string }

// runModel asks the program in Node.
func runModel(t *testing.T, text string, dests, scenarios []string) (answers []modelAnswer) {
	t.Helper()
	if _, err := os.Stat("../../static/wasm/model.wasm"); err != nil {
		t.Skip("the model for the browser is not built: run make build")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	requests, err := json.Marshal(map[string]any{"sheet": text, "dests": strings.Join(dests, "\n"), "scenarios": scenarios})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "requests.json")
	if err := os.WriteFile(file, requests, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", "testdata/model-node.js", "../../static", file)
	var said strings.Builder
	command.Stderr = &said
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, &answers)
	}
	if err != nil || len(answers) != len(scenarios) {
		t.Fatal(fmt.Errorf("run the program: %w, %d answers\n%s", err, len(answers), said.String()))
	}
	return answers
}
