package build

import (
	"slices"
	"strings"
	"testing"
)

func bodyOf(t *Tree, page string) string {
	filled, _ := t.Fill(t.ByPath(page))
	return string(filled.Body)
}

// TestWiki: a wiki link leads to the page of that name, and one that names none stands as
// it was written, with a finding.
func TestWiki(t *testing.T) {
	loaded := load(t, tree(t, `-- README.md --
# Home

[[The Plan]], [[the-plan|a plan]], [[Guide]], [[The Plan#Part]], [[Of a Title]], [[Nobody]], [[javascript:alert(1)]]
-- docs/the-plan.md --
# Plans

## Part
-- docs/guide/README.md --
# How to
-- docs/x.md --
# Of a title

[[the plan]]
-- docs/sub/the plan.md --
# Another
-- docs/sub/y.md --
# Y

[[the plan]]
`))
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"README.md dead-link", "README.md dead-link"}) {
		t.Errorf("findings %v", loaded.Findings)
	}
	for page, wants := range map[string][]string{
		"/":       {`<a href="the-plan/">The Plan</a>`, `<a href="the-plan/">a plan</a>`, `<a href="guide/">Guide</a>`, `<a href="the-plan/#part">The Plan#Part</a>`, `<a href="x/">Of a Title</a>`, `[[Nobody]]`, `[[javascript:alert(1)]]`},
		"/x/":     {`<a href="../the-plan/">the plan</a>`},
		"/sub/y/": {`<a href="../the-plan/">the plan</a>`},
	} {
		body := bodyOf(loaded, page)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s:\n%s", page, want, body)
			}
		}
	}
}

// TestAnchors_GitHub: what GitHub adds to anchors leads where it leads there.
func TestAnchors_GitHub(t *testing.T) {
	loaded := load(t, tree(t, `-- README.md --
# Home

[a](docs/a.md#user-content-part) [top](docs/sub/README.md#readme) [up](#readme) [div](docs/a.md#here) [cell](docs/a.md#user-content-cell) [gone](docs/a.md#user-content-nothing) [no](docs/a.md#readme) [case](docs/a.md#Part) [title](docs/a.md#A)
-- docs/a.md --
# A

## Part

<div id="here">Text</div>

<table><tr><td id="cell">x</td></tr></table>
-- docs/sub/README.md --
# Sub
`))
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"README.md dead-anchor", "README.md dead-anchor"}) {
		t.Errorf("findings %v", loaded.Findings)
	}
	body := bodyOf(loaded, "/")
	for _, want := range []string{`href="a/#part"`, `href="sub/"`, `href="a/#here"`, `href="a/#cell"`, `href="a/#part">case`, `href="a/">title`} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s:\n%s", want, body)
		}
	}
}

// TestSuggest: a dead link says what may have been meant, as the page would write it.
func TestSuggest(t *testing.T) {
	const gone = "correct the address, or add the file"
	for _, c := range [][2]string{
		{"adr/one.md", "did you mean one.md?"},
		{"two.md", "did you mean ../packages/db/two.md?"},
		{"../web/two.md", "did you mean ../packages/web/two.md?"},
		{"/docs/two.md", "did you mean /packages/db/two.md?"},
		{"One.md", "did you mean one.md?"},
		{"../db/README.md", "did you mean ../packages/db/README.md?"},
		{"../other/README.md", gone},
		{"../other/three.md", gone},
	} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- adr/one.md --\n# One\n-- adr/from.md --\n# From\n\n[x]("+c[0]+")\n-- packages/db/README.md --\n# DB\n-- packages/db/two.md --\n# Two\n-- packages/web/two.md --\n# Two\n"))
		if len(loaded.Findings) != 1 || loaded.Findings[0].Mend != c[1] {
			t.Errorf("%s: %v, want %s", c[0], loaded.Findings, c[1])
		}
	}
}

// TestAccount_dialects: the account names the dialects, by how many pages use them.
func TestAccount_dialects(t *testing.T) {
	loaded := load(t, tree(t, "-- README.md --\n# Home\n\n:tada:\n-- docs/a.mdx --\nimport X from 'x';\n\n# A\n\n:::note\nText :tada:\n:::\n"))
	if got, want := loaded.Account().String(), "2 Markdown files: 2 pages; dialects: emoji by name on 2 pages, MDX on 1 page, admonitions of Docusaurus on 1 page"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if p := loaded.ByPath("/a/"); p == nil || p.Title != "A" || len(loaded.Findings) > 0 {
		t.Errorf("%+v, %v", p, loaded.Findings)
	}
}

// TestDocusaurus: beside its configuration, texts are MDX whatever they are called.
func TestDocusaurus(t *testing.T) {
	const text = "-- README.md --\n# Home\n\nA Consumer<T>.\n-- docs/a.md --\n# A\n\n<Table of={x} />\n\n<Note>Kept.</Note>\n"
	bare := load(t, tree(t, text))
	if got := rules(bare.Findings); !slices.Equal(got, []string{"README.md raw-html", "docs/a.md raw-html"}) {
		t.Errorf("without one: %v", bare.Findings)
	}
	loaded := load(t, tree(t, text+"-- docusaurus.config.ts --\nexport default {}\n"))
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"README.md raw-html", "docs/a.md component", "docs/a.md component"}) {
		t.Errorf("findings %v", loaded.Findings)
	}
	if body := bodyOf(loaded, "/a/"); !strings.Contains(body, "Kept.") || strings.Contains(body, "Table") {
		t.Error(body)
	}
}

// TestLinks_without_order: a link may leave out the number before a file's name, as the
// address of its page does, and means the file of its own folder.
func TestLinks_without_order(t *testing.T) {
	loaded := load(t, tree(t, `-- README.md --
# Home

[a](docs/01-setup) [b](docs/setup.md) [c](setup) [d](docs/01-setup.txt) [e](docs/1-setup)
-- docs/01-setup.md --
# Set up

## First

[back](./use#why)
-- docs/02-use.md --
# Use

## Why

[f](./setup#first) [g](setup#last)
-- docs/sub/03-setup.md --
# Another
`))
	var dead []string
	for _, f := range loaded.Findings {
		dead = append(dead, f.Rule+" "+strings.Fields(f.Message)[3])
	}
	if want := []string{"dead-link docs/01-setup.txt", "dead-link docs/1-setup", "dead-link setup", "dead-anchor setup#last"}; !slices.Equal(slices.Sorted(slices.Values(dead)), slices.Sorted(slices.Values(want))) {
		t.Errorf("findings %q, want %q", dead, want)
	}
	if body := bodyOf(loaded, "/use/"); !strings.Contains(body, `href="../setup/#first"`) {
		t.Errorf("the link is not followed: %s", body)
	}
}
