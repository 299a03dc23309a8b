package markdown

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/reference"
)

// TestReference_frontMatter: the page explains the keys that a strict text may have, and
// no others, and each example is understood.
func TestReference_frontMatter(t *testing.T) {
	want := slices.Concat(pageKeys, decisionKeys)
	page, got := explained(t, "front-matter")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys in the code (-) and on the page (+) differ:\n%s", diff)
	}
	parser := New(Options{Strict: true})
	for _, topic := range page.Topics {
		examples := reference.Examples(topic.Text)
		if len(examples) == 0 {
			t.Errorf("%s:%d: there is no example", page.File, topic.Line)
		}
		for _, e := range examples {
			d := parser.Parse(e.Path, []byte(e.Text), site.KindDocument)
			for _, f := range d.Findings {
				t.Errorf("%s:%d: the example gives %s", page.File, topic.Line, f)
			}
			if d.keyLines[topic.Name] == 0 {
				t.Errorf("%s:%d: the example does not have the key", page.File, topic.Line)
			}
		}
	}
}

// TestReference_blocks: the page explains the languages of blocks that are drawn.
func TestReference_blocks(t *testing.T) {
	code, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	drawers := regexp.MustCompile(`map\[string\]func\(source, title, alt string\) \(site\.HTML, error\)\{(.*?)\}`).FindSubmatch(code)
	if drawers == nil {
		t.Fatal("code.go does not say what draws the blocks of a language")
	}
	want := []string{"ledger", "math", "rehearse", "slo"} // which stand elsewhere
	for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllSubmatch(drawers[1], -1) {
		want = append(want, string(m[1]))
	}
	_, got := explained(t, "blocks")
	got = slices.DeleteFunc(got, func(name string) bool { return name == "Callouts" })
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("languages in the code (-) and on the page (+) differ:\n%s", diff)
	}
}

func explained(t *testing.T, name string) (page reference.Page, topics []string) {
	t.Helper()
	page, ok := reference.Find(name)
	if !ok {
		t.Fatalf("there is no page %s", name)
	}
	for _, topic := range page.Topics {
		topics = append(topics, topic.Name)
	}
	return page, topics
}
