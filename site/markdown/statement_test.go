package markdown

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

func TestDocument_Statements(t *testing.T) {
	const text = `---
title: T
summary: In 9 ms.
---
# A title of 5 ms

It takes 0.5 ms, e.g. on a disk. [Two](model:two) wait ` + "`10 ms`" + ` there!
The next line
is one sentence ([Slack](../sources.md#slack)).

- An item. Another.

| a | b |
|---|---|
| 3 ms | [4](evidence:run#n) of it. All |

` + "```\n7 ms\n```\n"
	var got []string
	blocks := map[int]int{}
	for _, s := range New(Options{Strict: true}).Parse("x.md", []byte(text), site.KindDocument).Statements() {
		got = append(got, s.Text())
		blocks[s.Block]++
		for _, p := range s.Pieces {
			if p.Line == 0 {
				t.Errorf("%q has no line", p.Text)
			}
		}
	}
	want := []string{"In 9 ms.", "A title of 5 ms", "It takes 0.5 ms, e.g. on a disk. ", "Two wait 10 ms there! ", "The next line is one sentence (Slack).",
		"An item. ", "Another.", "a | b", "3 ms | 4 of it. All"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	if blocks[1] != 1 || blocks[2] != 3 {
		t.Errorf("statements by block: %v", blocks)
	}
}
