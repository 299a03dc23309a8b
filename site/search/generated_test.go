package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestGenerated: markup falls into sections at headings that have an id; cells and items
// are words of their own, and what nobody reads is left out.
func TestGenerated(t *testing.T) {
	page := &site.Page{Body: `<p>Be<b>fore</b></p><h2 id="a">A <code>x</code></h2><ul><li>one</li><li>two</li></ul><script>secret()</script><select><option>no</option></select>` +
		`<h3>no id</h3><table><tr><td>1</td><td>2</td></tr></table><h3 id="b">B</h3>last &amp; least`}
	want := []site.Section{{Text: "Before"}, {ID: "a", Heading: "A x", Text: "one two no id 1 2"}, {ID: "b", Heading: "B", Text: "last & least"}}
	if d := cmp.Diff(want, Generated(page)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	steps := &site.Page{Kind: site.KindMilestones, Milestones: []site.Milestone{{ID: "m1", Title: "Agreed", Aim: "All agree.", Checks: []site.Check{{Question: "Do they?"}}}}}
	if d := cmp.Diff([]site.Section{{}, {ID: "m1", Heading: "Agreed", Text: "All agree. Do they?"}}, Generated(steps)); d != "" {
		t.Errorf("milestones (-want +got)\n%s", d)
	}
}
