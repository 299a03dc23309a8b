package rehearsal

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const runbook = "# Belts\n\n```sh\nls # exit 9\n```\n\n" +
	"## The `belt` [stands](x.md)\n\n" +
	"```sh rehearse=confirm cause=no-power\n\n# look first\nbelt state      # exit 1 or 2, says \"no power\", says '\"on\":false', within 10s; it hums\nbelt list \"a # b\" \\\n  --all\n```\n\n" +
	"````markdown\n```sh rehearse=done\nnot read\n```\n````\n\n" +
	"- first:\n\n  ```bash rehearse=mitigate\n  belt start # as root\n  ```\n\n" +
	"## Sound {#ok}\n\n```sh rehearse=confirm\nbelt state\n```\n```sh rehearse=done\nbelt list\n```\n\n" +
	"## Over\n\n~~~sh rehearse=done title=\"All is well\"\nbelt state # exit 0, within 1m\n~~~\n"

func slug(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), " ", "-")
}

// TestRead: blocks below a heading are an entry, lines are commands with what is said of
// them, and one end is for all entries that have none.
func TestRead(t *testing.T) {
	got, problems := Read("ops/belts.md", []byte(runbook), slug)
	if len(problems) > 0 {
		t.Error(problems)
	}
	end := Block{Done, "sh", 40, []Command{{Line: 41, Text: "belt state", Codes: []int{0}, Within: time.Minute}}}
	want := []Entry{{File: "ops/belts.md", Page: "belts", ID: "the-belt-stands", Line: 7, Cause: "no-power", Blocks: []Block{
		{Confirm, "sh", 9, []Command{
			{Line: 12, Text: "belt state", Codes: []int{1, 2}, Says: []string{"no power", `"on":false`}, Within: 10 * time.Second},
			{Line: 13, Text: `belt list "a # b" --all`, Codes: []int{0}},
		}},
		{Mitigate, "bash", 25, []Command{{Line: 26, Text: "belt start", Codes: []int{0}}}},
		end,
	}}, {File: "ops/belts.md", Page: "belts", ID: "ok", Line: 29, Blocks: []Block{
		{Confirm, "sh", 31, []Command{{Line: 32, Text: "belt state", Codes: []int{0}}}},
		{Done, "sh", 34, []Command{{Line: 35, Text: "belt list", Codes: []int{0}}}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if name := got[0].Name(); name != "belts#the-belt-stands" {
		t.Error(name)
	}
}

// TestJudge: what cannot be meant is said, with its line.
func TestJudge(t *testing.T) {
	for _, tt := range []struct{ info, body, says string }{
		{"sh rehearse=confirm cause=a-b", "ls", ""},
		{"sh", "", ""},
		{"go rehearse=confirm", "ls", `7: a block of "go"`},
		{"sh rehearse=mend", "ls", `7: there is no step "mend"`},
		{"sh rehearse=confirm cause=A_B", "ls", `7: the cause "A_B"`},
		{"sh rehearse=done cause=a", "ls", "7: the step done names a cause"},
		{"sh rehearse=done", "\n# nothing\n", "8: the block has no command"},
		{"sh rehearse=done", "ls\nls # exit two", `9: what is said of the command cannot be read: "two" is no exit code`},
		{"sh rehearse=done", "ls # exit 256", `8: what is said of the command cannot be read: "256"`},
		{"sh rehearse=done", "ls # exit 0 says \"a\"", "no comma"},
		{"sh rehearse=done", "ls # exit 0, prints \"a\"", `"prints" is none of`},
		{"sh rehearse=done", "ls # says a", "words stand in quotes"},
		{"sh rehearse=done", "ls # says \"a", "between two quotes"},
		{"sh rehearse=done", "ls # within 11m", `"11m" is no time up to 10m0s`},
		{"sh rehearse=done", "ls # within soon", `"soon" is no time`},
	} {
		var got string
		for _, p := range Judge(tt.info, tt.body, 7) {
			got += string(rune('0'+p.Line)) + ": " + p.Message + "\n"
		}
		if tt.says == "" && got != "" || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %s: %q, want %q", tt.info, tt.body, got, tt.says)
		}
	}
}

// TestRead_causes: an entry has one cause, in its first block.
func TestRead_causes(t *testing.T) {
	_, problems := Read("a.md", []byte("# A\n```sh rehearse=confirm\nls\n```\n```sh rehearse=confirm cause=x\nls\n```\n"), slug)
	if len(problems) != 1 || problems[0].Line != 5 {
		t.Error(problems)
	}
}

// TestCommand_Agrees: a command did what is said of it if the code is one of those, and
// all words are there.
func TestCommand_Agrees(t *testing.T) {
	c := Command{Codes: []int{7, 28}, Says: []string{"no", "answer"}, Within: 2 * time.Second}
	for code, out := range map[int]string{7: "no answer", 28: "answer: no"} {
		if !c.Agrees(code, out) {
			t.Error(code, out)
		}
	}
	for code, out := range map[int]string{0: "no answer", 7: "no"} {
		if c.Agrees(code, out) {
			t.Error(code, out)
		}
	}
	if got := c.Expected(); got != `exit 7 or 28, says "no", says "answer", within 2s` {
		t.Error(got)
	}
}

// TestCaption: each step says what its block is for, and other blocks say nothing.
func TestCaption(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, s := range Steps {
		if caption := Caption("sh rehearse=" + string(s)); seen[caption] {
			t.Errorf("%s: %q", s, caption)
		} else {
			seen[caption] = true
		}
	}
	if caption := Caption("sh title=\"x\""); caption != "" {
		t.Error(caption)
	}
}
