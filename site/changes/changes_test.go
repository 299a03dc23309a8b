package changes

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/feed"
	"lockstep/site/git/gittest"
	"lockstep/site/past"
)

// plain is a site whose texts are paragraphs and nothing else; the first is the title.
func plain(r *gittest.Repository, texts map[string]string) (*Changes, map[string]*site.Page) {
	pages := make(map[string]*site.Page)
	for file, text := range texts {
		pages[file] = &site.Page{Kind: site.KindDocument, Source: file, Path: "/" + strings.TrimSuffix(file, ".md") + "/", Title: read(text).Title}
	}
	taken := make(map[string]bool)
	return New(Site{Site: feed.Site{Title: "Plain"}, Dir: r.Dir, Past: past.Read(r.Dir), Pages: pages, OfPage: 10, OfAll: 100, MaxText: 1 << 10, Words: new(Words),
		Place: func(p *site.Page) {
			for taken[p.Path] {
				p.Path = strings.TrimSuffix(p.Path, "/") + "-2/"
			}
			taken[p.Path] = true
		},
		WasPage: func(names ...string) bool { return !slices.Contains(names, "LICENSE.md") },
		Text:    func(p *site.Page) ([]byte, bool) { text, ok := texts[p.Source]; return []byte(text), ok },
		Read:    func(_ *site.Page, text []byte) Text { return read(string(text)) },
	}), pages
}

func read(text string) Text {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	t := Text{Title: paragraphs[0], Text: diff.Text{Source: text}}
	for i, p := range paragraphs {
		t.Blocks = append(t.Blocks, site.Block{N: i, Kind: "paragraph", Text: p, Hash: p, Line: 2*i + 1, End: 2*i + 1})
	}
	return t
}

// TestChanges: what changed is told of texts in any language, removed pages by the names
// that they had, and what was never a page not at all.
func TestChanges(t *testing.T) {
	r := gittest.New(t, t.TempDir())
	r.Put("design.md", "Design\n\nThe log is flushed once a second.\n")
	r.Put("draft.md", "Draft\n")
	r.Put("LICENSE.md", "Words\n")
	r.Commit("2024-01-02T10:00:00Z", "texts")
	r.Edit("design.md", "once a second", "at once")
	r.Git("2024-01-03T10:00:00Z", "rm", "-q", "draft.md", "LICENSE.md")
	r.Commit("2024-01-03T10:00:00Z", "flush")
	c, pages := plain(r, map[string]string{"design.md": "Design\n\nThe log is flushed at once.\n", "new.md": "New\n"})
	list := c.Fill(c.Pages[len(c.Pages)-1]).Changes
	var got []string
	for _, d := range list.Days {
		for _, e := range d.Entries {
			got = append(got, d.Day.Format("01-02 ")+e.Name+": "+strings.Join(e.Words, "; "))
		}
	}
	if d := cmp.Diff([]string{"01-03 Design: text changed", "01-03 draft.md: removed", "01-02 Design: new"}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if len(list.Pending) != 1 || list.Pending[0].Page != pages["new.md"] {
		t.Errorf("pending %+v", list.Pending)
	}
	var paths []string
	for _, p := range c.Pages {
		paths = append(paths, string(p.Kind)+" "+p.Path)
	}
	if len(paths) != 3 || paths[1] != "past /changes/design/" || paths[2] != "changes /changes/" {
		t.Errorf("pages %q", paths)
	}
	shown := c.Fill(c.Pages[0]).Compared
	if len(shown.Pieces) == 0 || shown.Of != pages["design.md"] || shown.From.Subject != "texts" || shown.History != "/changes/design/" {
		t.Errorf("the difference is %+v", shown)
	}
	if text := string(c.Feed()); strings.Count(text, "<entry>") != 3 || !strings.Contains(text, "Design: text changed") {
		t.Errorf("the feed says %s", text)
	}
}

// TestBetween: any two revisions can be compared, and nothing else can be named.
func TestBetween(t *testing.T) {
	r := gittest.New(t, t.TempDir())
	r.Put("design.md", "Design\n\nThe log is flushed once a second.\n\nMuch.\n")
	r.Commit("2024-01-01T10:00:00Z", "begin")
	r.Git("2024-01-01T10:00:00Z", "tag", "v1")
	r.Edit("design.md", "once a second", "at once")
	r.Commit("2024-01-02T10:00:00Z", "flush")
	r.Git("2024-01-03T10:00:00Z", "mv", "design.md", "architecture.md")
	r.Edit("architecture.md", "Much.", "Little.")
	r.Commit("2024-01-03T10:00:00Z", "cost")
	c, pages := plain(r, map[string]string{"architecture.md": "Design\n\nThe log is flushed at once.\n\nLittle.\n"})
	p := pages["architecture.md"]
	from, err := c.RevisionOf(p, "v1")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := c.Between(p, from[:10], Now)
	if err != nil || !slices.Equal(shown.Compared.To.Words, []string{"text changed"}) || len(shown.Compared.Pieces) < 2 {
		t.Fatalf("%+v, %v", shown, err)
	}
	for _, name := range []string{"", "HEAD", "v1", "--output=x", "0000000000", "zz", strings.Repeat("a", 40), "../x", from[:6]} {
		if _, err := c.Between(p, name, Now); err == nil {
			t.Errorf("%q is taken for a revision", name)
		}
	}
	for _, name := range []string{"--output=x", "nowhere", ""} {
		if _, err := c.RevisionOf(p, name); err == nil {
			t.Errorf("%q is taken for a revision", name)
		}
	}
	// A text that is larger than what is read of a page is not read of another day either.
	r.Put("architecture.md", strings.Repeat("much ", 1000))
	r.Commit("2024-01-04T10:00:00Z", "much")
	c, pages = plain(r, map[string]string{"architecture.md": "Design\n"})
	if _, err := c.Between(pages["architecture.md"], c.site.Past.Of["architecture.md"][0].Hash, Now); err == nil || !strings.Contains(err.Error(), "5000 bytes") {
		t.Errorf("a large text: %v", err)
	}
}
