//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// TestRunbook pastes the commands of the runbook into a shell, beside three real
// processes, as somebody would who has nothing but the page: each cause of its table is
// brought about, seen, mitigated and gone again. What the text says behind a command is
// what it must do.
func TestRunbook(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("the runbook asks by curl, which is missing")
	}
	page, err := os.ReadFile("../../content/runbook/seq-stall.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRehearsal(t)
	confirm, mitigate, done := tableOf(t, page, "Confirm"), tableOf(t, page, "Mitigate"), instructionsOf(sectionOf(t, page, "Stop, and roll back"))
	if len(done) != 2 {
		t.Fatalf("the page says by %d commands that all is over, want 2", len(done))
	}
	for _, id := range r.ids() {
		for _, row := range confirm {
			r.paste(id, instructionsOf(row[0]+" "+row[1])...)
		}
		r.paste(id, instructionsOf(strings.ReplaceAll(sectionOf(t, page, "Afterwards"), "ROOM", "room"))...)
	}
	causes := r.causes()
	for _, row := range mitigate {
		i := slices.IndexFunc(causes, func(c cause) bool { return strings.Contains(row[0], c.row) })
		if i < 0 {
			t.Fatalf("nothing brings about the row %q", row[0])
		}
		c := causes[i]
		causes = slices.Delete(causes, i, i+1)
		t.Run(c.row, func(t *testing.T) {
			r.t = t
			victims := c.strike()
			defer c.mend()
			r.see(victims, confirm, c.sign)
			for _, step := range instructionsOf(row[1]) {
				if strings.Contains(step.command, "--undo") {
					c.mend()
				}
				for _, id := range victims {
					r.paste(id, step)
					if strings.HasPrefix(step.command, "kill ") && !strings.Contains(step.command, "-CONT") {
						r.awaitEnd(id)
					}
				}
			}
			if c.meanwhile != nil {
				c.meanwhile()
			}
			c.mend()
			r.over(done)
		})
	}
	for _, c := range causes {
		t.Errorf("no row %q", c.row)
	}
}

// TestRunbook_order pastes the commands of the page for broken order at a sound cluster,
// and carries out its first row: a node is taken out, and the rest orders on.
func TestRunbook_order(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("the runbook asks by curl, which is missing")
	}
	page, err := os.ReadFile("../../content/runbook/broken-order.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRehearsal(t)
	confirm, mitigate, done := tableOf(t, page, "Confirm"), tableOf(t, page, "Mitigate"), instructionsOf(sectionOf(t, page, "Stop, and roll back"))
	if len(done) != 1 {
		t.Fatalf("the page says by %d commands that all is over, want 1", len(done))
	}
	for n, id := range r.ids() {
		for _, row := range confirm[min(n, 1):] { // one probe asks all nodes
			r.paste(id, instructionsOf(row[0]+" "+row[1])...)
		}
	}
	victim := r.leader()
	for _, step := range instructionsOf(mitigate[0][1]) {
		r.paste(victim, step)
	}
	r.awaitEnd(victim)
	r.paste(r.ids()[0], done...)
}

// cause is what a row of the page is about.
type cause struct {
	row, sign string          // what its first cell has; what some command of the page prints
	strike    func() []string // brings it about, and says at which nodes the row is carried out
	meanwhile func()          // what must work before the cause is gone
	mend      func()          // takes the cause away; it may be called again
}

type rehearsal struct {
	statusOf
	home string // where a person sits who pastes
	path string
}

func newRehearsal(t *testing.T) *rehearsal {
	binary, home := buildLockstep(t), t.TempDir()
	p := startNodes(t, cluster.Config{Executable: binary, AllowFaults: true, Dir: filepath.Join(home, "var", "cluster")})
	r := &rehearsal{statusOf{p, t}, home, filepath.Dir(binary) + ":" + os.Getenv("PATH")}
	r.send()
	return r
}

func (r *rehearsal) member(id string) cluster.Member {
	i := slices.IndexFunc(r.Members(), func(m cluster.Member) bool { return m.ID == id })
	return r.Members()[i]
}

func (r *rehearsal) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rehearsal) leader() string {
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	id, _ := leaderOf(r.t, ctx, r.Processes, 0)
	return id
}

// followers are those that do not lead.
func (r *rehearsal) followers() []string {
	leader := r.leader()
	return slices.DeleteFunc(r.ids(), func(id string) bool { return id == leader })
}

func (r *rehearsal) causes() []cause {
	var struck []string
	breaks := func(row, sign string, f fault.Fault, heal bool, who func() string) cause {
		return cause{row: row, sign: sign, strike: func() []string {
			struck = []string{who()}
			_, err := r.Break(r.t.Context(), struck[0], f)
			r.must(err)
			r.send()
			return struck
		}, mend: func() {
			if heal && r.member(struck[0]).PID != 0 {
				r.must(r.Heal(r.t.Context(), struck[0]))
			}
			r.startAgain()
		}}
	}
	follower := func() string { return r.followers()[0] }
	link := fault.Fault{Kind: fault.Cut}
	var third string
	return []cause{
		{row: "most nodes", sign: "does not answer", strike: func() []string {
			struck = r.followers()
			for _, id := range struck {
				r.must(r.Pause(id))
			}
			return struck[:1]
		}, mend: func() {
			for _, id := range struck {
				if err := r.Resume(id); err != nil && !errors.Is(err, cluster.ErrState) {
					r.t.Fatal(err)
				}
			}
		}, meanwhile: func() { r.await(0, "one is back", "does not answer") }},
		breaks("`no space left`", "no space left", fault.Fault{Kind: fault.FullDisk}, true, r.leader),
		breaks("`hangs`", "hangs", fault.Fault{Kind: fault.HungDisk}, true, r.leader),
		breaks("`has failed`", "has failed", fault.Fault{Kind: fault.FailingDisk}, true, follower),
		breaks("commits crawl", "lockstep_log_flush_seconds", fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(100 * time.Millisecond)}, true, r.leader),
		{row: "between two nodes", sign: "false", strike: func() []string {
			others := r.followers()
			struck, third = []string{r.leader(), others[0]}, others[1]
			link.Peers = others[:1]
			_, err := r.Break(r.t.Context(), struck[0], link)
			r.must(err)
			return struck
		}, meanwhile: func() {
			if leader := r.leader(); leader != third {
				r.t.Errorf("%s leads, want the one that hears both, %s", leader, third)
			}
			for _, id := range r.ids() {
				r.paste(id, instruction{command: "lockstep send --target http://$NODE room hello", code: 0})
			}
		}, mend: func() {
			r.must(r.Heal(r.t.Context(), struck[0]))
			for _, id := range struck {
				r.paste(id, instruction{command: "lockstep drain --undo --target http://$NODE", code: 0})
			}
		}},
		breaks("for one node at all others", "false", fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out}, true, r.leader),
		{row: "everywhere", sign: "has no leader", strike: func() []string {
			for _, id := range r.ids() {
				r.must(r.Isolate(r.t.Context(), id))
			}
			return r.ids()
		}, mend: func() {
			for _, id := range r.ids() {
				r.must(r.Heal(r.t.Context(), id))
			}
		}},
	}
}

// awaitEnd waits until a process that was told to end has ended.
func (r *rehearsal) awaitEnd(id string) {
	late := time.After(20 * time.Second)
	for changed := r.Changed(); r.member(id).State != cluster.Down; changed = r.Changed() {
		select {
		case <-changed:
		case <-late:
			r.t.Fatalf("%s does not end", id)
		}
	}
}

// startAgain starts the nodes that a person has ended.
func (r *rehearsal) startAgain() {
	for _, id := range r.ids() {
		if r.member(id).State == cluster.Down {
			r.must(r.Restart(id))
		}
	}
}

// instruction is a command of the page, and what the text behind it says of it.
type instruction struct {
	command string
	code    int
	words   []string
}

var (
	code     = regexp.MustCompile("`([^`]+)`")
	exitCode = regexp.MustCompile(`\bexit (\d+)`)
	pasted   = regexp.MustCompile(`^(lockstep|curl|kill) \S`)
)

// instructionsOf gives the commands of a text. What follows each, up to the next, is its exit
// code and words of its output; one without an exit code there must end with 0.
func instructionsOf(text string) (steps []instruction) {
	var begins [][]int
	for _, at := range code.FindAllStringSubmatchIndex(text, -1) {
		if pasted.MatchString(text[at[2]:at[3]]) {
			begins = append(begins, at)
		}
	}
	for i, at := range begins {
		rest := text[at[1]:]
		if i+1 < len(begins) {
			rest = text[at[1]:begins[i+1][0]]
		}
		s := instruction{command: text[at[2]:at[3]]}
		if m := exitCode.FindStringSubmatch(rest); m != nil {
			fmt.Sscan(m[1], &s.code)
		}
		rest, _, _ = strings.Cut(rest, ".")
		for _, word := range code.FindAllStringSubmatch(rest, -1) {
			s.words = append(s.words, word[1])
		}
		steps = append(steps, s)
	}
	return steps
}

// try runs a command in a shell where a person would.
func (r *rehearsal) try(id, command string) (code int, out string) {
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	m := r.member(id)
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Dir, c.Env = r.home, append(os.Environ(), "PATH="+r.path, "NODE="+m.HTTP, fmt.Sprint("PID=", m.PID), "ROOM=lockstep-probe")
	said, err := c.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		r.t.Fatalf("%s: %v", command, err)
	}
	return c.ProcessState.ExitCode(), string(said)
}

// paste runs steps at a node and holds them to what is said of them.
func (r *rehearsal) paste(id string, steps ...instruction) {
	r.t.Helper()
	for _, s := range steps {
		code, out := r.try(id, s.command)
		if code != s.code {
			r.t.Errorf("%s: %s ends with %d, want %d\n%s", id, s.command, code, s.code, out)
		}
		for _, word := range s.words {
			if !strings.Contains(out, word) {
				r.t.Errorf("%s: %s does not print %q\n%s", id, s.command, word, out)
			}
		}
	}
}

// see waits until a command of the table prints the sign at a victim or at another node,
// and holds all exit codes there to what the table says of health and of trouble.
func (r *rehearsal) see(victims []string, confirm [][]string, sign string) {
	r.t.Helper()
	began := time.Now()
	asked := slices.Clone(victims)
	if i := slices.IndexFunc(r.ids(), func(id string) bool { return !slices.Contains(victims, id) }); i >= 0 {
		asked = append(asked, r.ids()[i])
	}
	for seen := false; !seen; {
		for _, id := range asked {
			for _, row := range confirm {
				command := instructionsOf(row[0])[0].command
				got, out := r.try(id, command)
				seen = seen || strings.Contains(out, sign)
				if said := exitCode.FindAllStringSubmatch(row[1]+row[2], -1); !slices.ContainsFunc(said, func(m []string) bool { return m[1] == fmt.Sprint(got) }) {
					r.t.Errorf("%s: %s ends with %d, which the row does not name\n%s", id, command, got, out)
				}
			}
		}
		if time.Since(began) > 30*time.Second {
			r.t.Fatalf("no command of the page prints %q", sign)
		}
	}
}

// over waits until the commands by which the page says that all is over agree.
func (r *rehearsal) over(done []instruction) {
	r.t.Helper()
	began := time.Now()
	for _, s := range done {
		for {
			code, out := r.try(r.ids()[0], s.command)
			if code == s.code {
				break
			}
			if time.Since(began) > 30*time.Second {
				r.t.Fatalf("%s ends with %d\n%s", s.command, code, out)
			}
		}
	}
	r.await(0, "it is over")
}

// sectionOf gives the text below a heading.
func sectionOf(t *testing.T, page []byte, heading string) string {
	t.Helper()
	_, text, ok := strings.Cut(string(page), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("there is no heading %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// tableOf gives the cells of the rows of the table below a heading.
func tableOf(t *testing.T, page []byte, heading string) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(sectionOf(t, page, heading)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			rows = append(rows, strings.Split(strings.Trim(line, "|"), "|"))
		}
	}
	if len(rows) < 3 {
		t.Fatalf("there is no table below %q", heading)
	}
	return rows[2:]
}
