package httpapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lockstep/site"
)

const framedText = `---
status: proposed
date: 2026-01-02
decision-makers: [Ada]
---
# Use a log

## Context

We need one order, and everybody has to see it.

| Fault | Lost |
|-------|------|
| kill  | 0    |
| pause | 3    |

- one log per shard
- one log for all

` + "```go title=\"send\"\nlock()\nsend()\nunlock()\n```\n" + `
## Considered Options

* One log
* Two logs
`

// block finds the number of a block by its kind and its words.
func (w *world) block(kind, text string) int {
	w.t.Helper()
	d, _ := w.Document("adr/0001-log")
	for _, b := range d.Blocks {
		if b.Kind == kind && b.Text == text {
			return b.N
		}
	}
	w.t.Fatalf("no %s %q", kind, text)
	return -1
}

func (w *world) anchor(id string) (state, reason, text string) {
	w.t.Helper()
	a := thread(w.t, w.must(200, "Ada", "GET", base, ""), id)["anchor"].(map[string]any)
	d, _ := w.Document("adr/0001-log")
	if n, ok := a["block"].(float64); ok {
		text = d.Blocks[int(n)].Text
	}
	reason, _ = a["reason"].(string)
	return a["state"].(string), reason, text
}

// TestThreads_cell: a comment on a cell goes with its row, and not to another one
// that says the same.
func TestThreads_cell(t *testing.T) {
	w := newWorld(t)
	w.text = framedText
	for _, quote := range []string{"", "0"} {
		w.must(201, "Ada", "POST", base+"/threads", fmt.Sprintf(`{"id":"cell%s","body":"Really?","anchor":{"block":%d,"quote":%q}}`, quote, w.block("cell", "0"), quote))
	}
	for _, edit := range []struct {
		name, old, now, state string
		on                    string
	}{
		{"a row above", "| kill ", "| cut | 0 |\n| kill ", "exact", "0"},
		{"values change places", "| kill  | 0    |\n| pause | 3    |", "| kill  | 3    |\n| pause | 0    |", "", "3"},
		{"its row goes, and another takes its value", "| kill  | 0    |\n| pause | 3    |", "| pause | 0    |", "section", "Fault"},
		{"sorted the other way", "| kill  | 0    |\n| pause | 3    |", "| pause | 3    |\n| kill  | 0    |", "exact moved", "0"},
		{"the columns change places", "| Fault | Lost |\n|-------|------|\n| kill  | 0    |\n| pause | 3    |", "| Lost | Fault |\n|---|---|\n| 0 | kill |\n| 3 | pause |", "exact moved", "0"},
	} {
		w.text = framedText
		w.edit(edit.old, edit.now)
		for _, id := range []string{"cell", "cell0"} {
			state, reason, text := w.anchor(id)
			if edit.state != "" && !strings.Contains(edit.state, state) || text != edit.on {
				t.Errorf("%s, %s: %s on %q (%s), want %s on %q", edit.name, id, state, text, reason, edit.state, edit.on)
			}
			if edit.state == "" && (state == "exact" || state == "moved") {
				t.Errorf("%s, %s: %s (%s)", edit.name, id, state, reason)
			}
		}
	}
}

// TestThreads_head: the title and the facts of a decision can be commented on, and a
// comment stays on its fact, whatever it says by then.
func TestThreads_head(t *testing.T) {
	w := newWorld(t)
	w.text = framedText
	for kind, text := range map[string]string{"title": "Use a log", "status": "proposed", "date": "2026-01-02", "deciders": "Ada", "option": "Two logs"} {
		w.must(201, "Ada", "POST", base+"/threads", fmt.Sprintf(`{"id":%q,"body":"Why?","anchor":{"block":%d,"quote":%q}}`, kind, w.block(kind, text), text))
	}
	for _, id := range []string{"title", "status", "date", "deciders", "option"} {
		if state, reason, _ := w.anchor(id); state != "exact" {
			t.Errorf("%s: %s (%s)", id, state, reason)
		}
	}
	w.edit("status: proposed", "status: accepted")
	w.edit("date: 2026-01-02", "date: 2026-02-03")
	w.edit("[Ada]", "[Ada, Bea]")
	w.edit("# Use a log", "# Use one log")
	w.edit("* Two logs", "* Many logs")
	for id, want := range map[string]string{"title": "Use one log", "status": "accepted", "date": "2026-02-03", "deciders": "Ada, Bea", "option": "Many logs"} {
		if state, reason, text := w.anchor(id); text != want || state == "exact" {
			t.Errorf("%s: %s on %q (%s), want it on %q", id, state, text, reason, want)
		}
	}
	// Without a block a quote is meant where the text has it.
	w.text = framedText
	w.must(201, "Ada", "POST", base+"/threads", `{"id":"item","body":"Why?","anchor":{"quote":"Two logs"}}`)
	d, _ := w.Document("adr/0001-log")
	a := thread(t, w.must(200, "Ada", "GET", base, ""), "item")["anchor"].(map[string]any)
	if b := d.Blocks[int(a["block"].(float64))]; b.Kind != "item" {
		t.Errorf("a quote that the head of the page repeats is on the %s", b.Kind)
	}
}

// TestThreads_heading: a heading that is called something else keeps its comment.
func TestThreads_heading(t *testing.T) {
	w := newWorld(t)
	w.text = framedText
	w.must(201, "Ada", "POST", base+"/threads", fmt.Sprintf(`{"id":"h","body":"Why?","anchor":{"block":%d,"quote":"Context"}}`, w.block("heading", "Context")))
	w.edit("## Context", "### Where we stand")
	if state, reason, text := w.anchor("h"); text != "Where we stand" || state == "exact" {
		t.Errorf("%s on %q (%s)", state, text, reason)
	}
}

// TestThreads_blocks: a selection over a paragraph, an item and code is kept with all
// of them, through edits, in the export and in the answer.
func TestThreads_blocks(t *testing.T) {
	w := newWorld(t)
	w.text = framedText
	paragraph, item, code := w.block("paragraph", "We need one order, and everybody has to see it."), w.block("item", "one log per shard"), w.block("code", "lock()\nsend()\nunlock()")
	also := fmt.Sprintf(`[{"block":%d,"quote":"lock()\nsend()"},{"block":%d,"quote":"one log per shard"}]`, code, item)
	open := func(id, also string) string {
		return fmt.Sprintf(`{"id":%q,"body":"All of it?","anchor":{"block":%d,"quote":"everybody has to see it.","also":%s}}`, id, paragraph, also)
	}
	w.must(201, "Ada", "POST", base+"/threads", open("many", also))
	places := func() (state string, texts []string) {
		t.Helper()
		var a struct {
			State, Quote      string
			Block, Start, End int
			Also              []site.Marked
		}
		data, err := json.Marshal(thread(t, w.must(200, "Ada", "GET", base, ""), "many")["anchor"])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &a); err != nil {
			t.Fatal(err)
		}
		d, _ := w.Document("adr/0001-log")
		for _, at := range append([]site.Marked{{Block: a.Block, Start: a.Start, End: a.End}}, a.Also...) {
			texts = append(texts, string([]rune(d.Blocks[at.Block].Text)[at.Start:at.End]))
		}
		return a.State, texts
	}
	all := "everybody has to see it.|one log per shard|lock()\nsend()"
	if state, texts := places(); state != "exact" || strings.Join(texts, "|") != all {
		t.Errorf("%s on %q", state, texts)
	}
	w.edit("We need", "They need")
	if state, texts := places(); state != "edited" || strings.Join(texts, "|") != all {
		t.Errorf("after an edit of one of them: %s on %q", state, texts)
	}
	w.edit("- one log per shard\n", "")
	if state, texts := places(); state != "edited" || strings.Join(texts, "|") != "everybody has to see it.|lock()\nsend()" {
		t.Errorf("after one of them went: %s on %q", state, texts)
	}
	w.text = framedText
	for name, also := range map[string]string{
		"a block twice":       fmt.Sprintf(`[{"block":%d,"quote":"We need"}]`, paragraph),
		"words that are not":  fmt.Sprintf(`[{"block":%d,"quote":"three logs"}]`, item),
		"no block":            `[{"quote":"one log per shard"}]`,
		"more than are taken": "[" + strings.Repeat(fmt.Sprintf(`{"block":%d},`, item), 60) + fmt.Sprintf(`{"block":%d}]`, code),
	} {
		if status, answer := w.do("Ada", "POST", base+"/threads", open("bad", also)); status < 400 || status >= 500 {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if status, answer := w.do("Ada", "POST", base+"/threads", strings.Replace(open("s", also), `"body"`, `"suggestion":"x","body"`, 1)); status != 422 && status != 400 {
		t.Errorf("a suggestion for three blocks: %d %v", status, answer)
	}
}
