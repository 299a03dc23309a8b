package build

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
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

// TestWiki_nearest: of several pages of a name, a wiki link means the one that is nearest to
// its text; a name with folders is the end of a path.
func TestWiki_nearest(t *testing.T) {
	const files = `-- README.md --
# Home
-- da/Plugins/Canvas.md --
# Canvas
-- en/Plugins/Canvas.md --
# Canvas

## Add cards
-- en/Notes/sub/Plan.md --
# A plan
-- en/Plan.md --
# Plan
-- fr/long/Plan.md --
# Plan
-- b/Far.md --
# Far
-- a/Far.md --
# Far
-- Guide/Set-up.md --
# Setup at the root
-- en/Guide/Set-up.md --
# Setup in English
-- en/Notes/Here/Set-up.md --
# Setup here
-- da/Here/Set-up.md --
# Setup there
-- en/Tools/README.md --
# What helps
-- da/Tools/README.md --
# What helps
-- da/I-O.md --
# In/out
`
	for _, c := range []struct{ from, link, path string }{
		{"en/Notes/Note.md", "Canvas#Add cards", "/en/plugins/canvas/#add-cards"},
		{"en/Notes/Note.md", "Plugins/Canvas", "/en/plugins/canvas/"},
		{"en/Notes/Note.md", "plugins/canvas.md", "/en/plugins/canvas/"},
		{"da/Note.md", "Plugins/Canvas", "/da/plugins/canvas/"},
		{"da/Note.md", "en/Plugins/Canvas", "/en/plugins/canvas/"},
		{"fr/Note.md", "Canvas", "/da/plugins/canvas/"}, // the first of equal ones
		{"fr/Note.md", "Far", "/a/far/"},
		{"fr/Note.md", "Plan", "/fr/long/plan/"},
		{"da/Note.md", "Plan", "/en/plan/"}, // the shortest path
		{"en/Notes/Note.md", "Plan", "/en/notes/sub/plan/"},
		{"en/Note.md", "Plan", "/en/plan/"}, // in the same folder
		{"en/Notes/Note.md", "Guide/Set-up", "/guide/set-up/"},
		{"en/Notes/Note.md", "Here/Set-up", "/en/notes/here/set-up/"},
		{"en/Notes/Note.md", "../Guide/Set-up", "/en/guide/set-up/"},
		{"en/Notes/Note.md", "/Guide/Set-up", "/guide/set-up/"},
		{"en/Notes/Note.md", "Tools", "/en/tools/"},
		{"da/Note.md", "Tools", "/da/tools/"},
		{"en/Note.md", "In/out", "/da/i-o/"},
		{"en/Note.md", "out", ""},
		{"en/Notes/Note.md", "lugins/Canvas", ""},
		{"en/Notes/Note.md", "../Canvas", ""},
	} {
		loaded := load(t, tree(t, files+"-- "+c.from+" --\n# From\n\n[["+c.link+"|x]]\n"))
		from := loaded.bySource[c.from]
		if c.path == "" {
			if got := rules(loaded.Findings); !slices.Equal(got, []string{c.from + " dead-link"}) {
				t.Errorf("%s, %s: findings %v", c.from, c.link, loaded.Findings)
			}
			continue
		}
		if want := `href="` + site.Rel(from.Path, c.path) + `">x</a>`; len(loaded.Findings) > 0 || !strings.Contains(bodyOf(loaded, from.Path), want) {
			t.Errorf("%s, %s: not %s; findings %v\n%s", c.from, c.link, want, loaded.Findings, bodyOf(loaded, from.Path))
		}
	}
}

// TestWiki_files: what a text embeds by its name is a picture, which the site has, or a link;
// a wiki link that names no page may name a file. What names nothing stands as it was written.
func TestWiki_files(t *testing.T) {
	const files = `-- README.md --
# Home
-- en/Note.md --
# A note

## Part
-- en/a.png --
png
-- da/a.png --
png
-- da/pictures/My Screen-shot.PNG --
png
-- da/film.mp4 --
mp4
-- da/LICENSE --
MIT
-- node_modules/hidden.png --
png
-- da/.env --
TOKEN=x
`
	for _, c := range []struct{ from, text, want, file string }{
		{"en/From.md", "![[a.png]]", `<img src="../../files/en/a.png" alt="a" loading`, "en/a.png"},
		{"da/From.md", "![[a.png|100]]", `<img src="../../files/da/a.png" alt="a" width="100" loading`, "da/a.png"},
		{"da/From.md", "![[en/a.png|100x20]]", `<img src="../../files/en/a.png" alt="a" width="100" height="20" loading`, "en/a.png"},
		{"fr/x/From.md", "![[a.png|what it shows]]", `<img src="../../../files/da/a.png" alt="what it shows" loading`, "da/a.png"},
		{"en/From.md", "![[my screen-shot.png]]", `<img src="../../files/da/pictures/My%20Screen-shot.PNG" alt="my screen-shot" loading`, "da/pictures/My Screen-shot.PNG"},
		{"da/From.md", "![[pictures/My Screen-shot.PNG]]", `alt="My Screen-shot" loading`, "da/pictures/My Screen-shot.PNG"},
		{"en/From.md", "[[a.png|see screenshot]]", `<a href="../../files/en/a.png">see screenshot</a>`, "en/a.png"},
		{"en/From.md", "![[Note]]", `<a href="../note/">Note</a>`, ""},
		{"en/From.md", "![[Note#Part]]", `<a href="../note/#part">Note#Part</a>`, ""},
		{"en/From.md", "![[Note|300]]", `<a href="../note/">Note</a>`, ""},
		{"en/From.md", "![[film.mp4]]", `<a href="../../files/da/film.mp4">film.mp4</a>`, "da/film.mp4"},
		{"en/From.md", "`![[a.png]]`", `<code>![[a.png]]</code>`, ""},
		{"en/From.md", "![[b.png|100]]", `>![[b.png|100]]</p>`, "-"},
		{"en/From.md", "![[hidden.png]]", `>![[hidden.png]]</p>`, "-"},
		{"en/From.md", "![[Nobody]]", `>![[Nobody]]</p>`, "-"},
		{"en/From.md", "[[.env]]", `>[[.env]]</p>`, "-"},
		{"en/From.md", "[[LICENSE]]", `>[[LICENSE]]</p>`, "-"},
	} {
		loaded := load(t, tree(t, files+"-- "+c.from+" --\n# From\n\n"+c.text+"\n"))
		var findings, copied []string
		switch c.file {
		case "":
		case "-":
			findings = []string{c.from + " dead-link"}
		default:
			copied = []string{c.file}
		}
		body := bodyOf(loaded, loaded.bySource[c.from].Path)
		if !slices.Equal(rules(loaded.Findings), findings) || !slices.Equal(loaded.files, copied) || !strings.Contains(body, c.want) {
			t.Errorf("%s, %s: not %s; findings %v, files %v\n%s", c.from, c.text, c.want, loaded.Findings, loaded.files, body)
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

// TestAnchors_title: a heading that repeats the title is the second of its name, as it is
// for code hosts.
func TestAnchors_title(t *testing.T) {
	loaded := load(t, tree(t, "-- README.md --\n# Home\n\n[top](#home) [second](#home-1)\n\n## Home\n"))
	body := bodyOf(loaded, "/")
	if len(loaded.Findings) > 0 || !strings.Contains(body, `href="#home-1">second`) || !strings.Contains(body, `id="home-1"`) || strings.Contains(body, `id="home"`) {
		t.Errorf("%v\n%s", loaded.Findings, body)
	}
}

// TestAnchors_MkDocs: where a site of MkDocs is, anchors are as it makes them, and nowhere
// else.
func TestAnchors_MkDocs(t *testing.T) {
	const text = "-- docs/index.md --\n# Home\n\n[a](#caret-mark-tilde) [b](#sub-and-superscripts) [c](#fn:1) [d](#same_1) [e](#fn:name) [f](#a-b_1)\n\n## Caret, Mark & Tilde\n\n## Sub- and superscripts\n\nx[^name] y[^1]\n\n## A & B\n\n## A & B\n\n## A B\n\n## A B\n\n## Same\n\n## Same\n\n[^1]: Note.\n\n[^name]: Named.\n"
	loaded := load(t, tree(t, text+"-- mkdocs.yml --\nx: 1\n"))
	body := bodyOf(loaded, "/")
	for _, want := range []string{`href="#caret-mark--tilde">a`, `href="#sub--and-superscripts">b`, `href="#note-2">c`, `href="#same-1">d`, `href="#note-1">e`, `href="#a--b-1">f`} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s: %v\n%s", want, loaded.Findings, body)
		}
	}
	if len(loaded.Findings) > 0 {
		t.Errorf("%v", loaded.Findings)
	}
	if got := load(t, tree(t, text)).Findings; len(got) != 6 {
		t.Errorf("without MkDocs: %v", got)
	}
}

// TestDocusaurus_content: addresses may be below the texts of the site, which may lie
// beside its configuration.
func TestDocusaurus_content(t *testing.T) {
	for config, findings := range map[string]int{"website/docusaurus.config.js": 0, "docusaurus.config.js": 0, "package.json": 1} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- "+config+" --\n-- docs/api/Store.md --\n# Store\n\n## getState()\n-- docs/deep/G.md --\n# G\n\n[s](api/Store.md#getstate) [up](../api/Store.md)\n"))
		if len(loaded.Findings) != findings {
			t.Errorf("%s: %v", config, loaded.Findings)
		}
	}
}

// TestTitle_other: a first heading that says something else than the front matter is not
// lost, and one that says the same does not stand twice.
func TestTitle_other(t *testing.T) {
	for title, stays := range map[string]bool{"Videos": true, "Recommended Videos": false, "recommended videos": false, "ADR-0007: Recommended Videos": false, "Sprint 12": true, "Version 3 Videos": true} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- docs/a.md --\n---\ntitle: \""+title+"\"\n---\n# Recommended Videos\n\nText.\n"))
		html, _, err := loaded.Bytes(t.Context(), &loaded.Site, loaded.ByPath("/a/"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(html), `<p class="lede">Recommended Videos</p>`) != stays {
			t.Errorf("title %s:\n%s", title, html)
		}
	}
}

// TestDiagram_twice: what stands twice on a page has ids of its own.
func TestDiagram_twice(t *testing.T) {
	const diagram = "```mermaid\ngraph TD\nA-->B\n```\n\n"
	loaded := load(t, tree(t, "-- README.md --\n# Home\n\n"+diagram+diagram+"```mermaid\nsequenceDiagram\nA->>B: x\n```\n\n```mermaid\nsequenceDiagram\nA->>B: x\n```\n"))
	body := bodyOf(loaded, "/")
	seen := make(map[string]bool)
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if seen[m[1]] {
			t.Errorf("%s stands twice", m[1])
		}
		seen[m[1]] = true
	}
	if len(seen) < 4 || strings.Count(body, "<figure") != 4 {
		t.Errorf("%d ids:\n%s", len(seen), body)
	}
}

// TestSiteRoots: what other generators put at the root of their site is found there.
func TestSiteRoots(t *testing.T) {
	for _, c := range []struct{ config, file, dest, href string }{
		{"mkdocs.yml --\nx: !!python/name:a.b\ndocs_dir: 'text' # ours\n-- x", "text/guide.md", "/guide.md", "guide/"},
		{"hugo.toml --\nbaseURL = 'x'\ncontentDir = \"pages/en\"\n-- x", "pages/en/guide.md", "/guide", "guide/"},
		{"a/hugo.json --\n{\n  \"contentDir\": \"pages\"\n}\n-- x", "a/pages/guide.md", "/guide", "a/pages/guide/"},
		{"a/config/_default/hugo.yaml --\ncontentDir: pages\n-- x", "a/pages/guide.md", "/guide", "a/pages/guide/"},
		{"hugo.toml --\n[languages.en]\ncontentDir = 'content/en'\n[languages.de]\n  contentDir = 'content/de'\n-- content/en/_index.md --\n-- x", "content/de/guide.md", "/guide", "de/guide/"},
		{"hugo.json --\n{\"languages\": {\"de\": {\n  \"contentDir\": \"pages\"\n}}}\n-- x", "content/guide.md", "/guide", "guide/"},
		{"mkdocs.yml --\nplugins:\n- x: {docs_dir: text}\n-- x", "docs/guide.md", "/guide.md", "guide/"},
		{"mkdocs.yml --\ndocs_dir: ../text\n-- x", "text/guide.md", "/guide.md", ""},
		{"hugo.toml", "content/guide/AbsURL.md", "/guide/absurl/", "guide/absurl/"},
		{"hugo.toml", "content/en/guide/AbsURL.md", "/guide/absurl/#Use", "en/guide/absurl/#use"},
		{"config/_default/hugo.toml", "content/guide/a.md", "/guide/a", "guide/a/"},
		{"website/docusaurus.config.js", "website/docs/02-guide.md", "/docs/guide", "docs/guide/"},
		{"docusaurus.config.ts", "docs/guide.md", "/guide", "guide/"},
		{"mkdocs.yml", "docs/guide.md", "/guide.md", "guide/"},
		{"hugo.toml", "content/en/02-Setup.md", "/02-setup/", "en/setup/"},
		{"site/_config.yml", "site/guide.md", "/guide", "site/guide/"},
		{".vitepress/config.mts --\nexport default defineConfig({\n  srcDir: 'src',\n})\n-- x", "src/guide/a.md", "/guide/a.html#Use", "src/guide/a/#use"},
		{"docs/.vitepress/config/index.ts", "docs/en/guide/a.md", "/guide/a", "en/guide/a/"},
		{"docs/.vuepress/config.js", "docs/.vuepress/public/a.txt", "/a.txt", "files/docs/.vuepress/public/a.txt"},
		{"docs/.vitepress/config.ts", "docs/guide/index.md", "/guide/index.html", "guide/"},
		{"docs/.vitepress/config.ts", "docs/guide/README.md", "/guide/none.html", ""},
		{"package.json", "guide/guide.md", "guide/guide.html", "guide/guide/"},
		{"src/x.json", "img/a.md", "src.html", ""},
		{"LICENSE", "img/a.md", "LICENSE.html", ""},
		{"package.json", "img/a.md", ".html", ""},
		{"package.json", "img/a.md", "index.html", "./"},
		{"config.rb", "source/making/a.html.md", "/making/a", "source/making/a/"},
		{"config.rb", "source/making/index.html.md", "/making/", "source/making/"},
		{"package.json", "text/guide/a.md", "/guide/a", ""},
		{"hugo.md", "content/01-start/install.md", "/install", ""},
		{"hugo.toml", "content/01-start/install.md", "/install", ""},
		{"config.toml", "static/logo.md", "/logo.md", ""},
		{"mkdocs.yml", "docs/v1.10.md", "/v11.0", ""},
	} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n\n[x]("+c.dest+")\n-- "+c.config+" --\n\n-- "+c.file+" --\n# Guide\n\n## Use\n"))
		if found := len(loaded.Findings) == 0; found != (c.href != "") || found && !strings.Contains(bodyOf(loaded, "/"), c.href+`">x`) {
			t.Errorf("%s, %s, %s: %v\n%s", c.config, c.file, c.dest, loaded.Findings, bodyOf(loaded, "/"))
		}
	}
}

// TestSiteRoots_nearest: of several sites, and of several languages, a text means its own.
func TestSiteRoots_nearest(t *testing.T) {
	loaded := load(t, tree(t, `-- README.md --
# Home
-- hugo.toml --
x: 1
-- content/de/a.md --
# Aa
-- content/en/a.md --
# A
-- content/en/b.md --
# B

[x](/a/)
-- one/mkdocs.yml --
x: 1
-- one/docs/setup.md --
# One
-- two/mkdocs.yml --
x: 1
-- two/docs/setup.md --
# Two
-- two/docs/index.md --
# Of two

[y](/setup.md)
`))
	for _, want := range []string{`href="../a/">x`, `href="setup/">y`} {
		found := false
		for _, p := range loaded.Pages {
			if d := loaded.documents[p]; d != nil {
				found = found || strings.Contains(bodyOf(loaded, p.Path), want)
			}
		}
		if !found || len(loaded.Findings) > 0 {
			t.Errorf("%s: nowhere; findings %v", want, loaded.Findings)
		}
	}
}

// TestShortcode_address: an address that another generator makes is no dead link.
func TestShortcode_address(t *testing.T) {
	loaded := load(t, tree(t, "-- README.md --\n# Home\n\n[x][a] [y](<{{ site.baseurl }}/b>)\n\n[z](<{{ site.baseurl }}/c>)\n\n[a]: {{% ref b %}}\n"))
	for _, f := range loaded.Findings {
		if f.Rule != "dialect" {
			t.Errorf("%v", f)
		}
	}
	if len(loaded.Findings) != 2 { // the definition, which is none, and the first of the two addresses
		t.Errorf("it is said %d times", len(loaded.Findings))
	}
}

// TestStatusOptional: where most records say no status, one without is as its team writes
// them, unless it is asked for.
func TestStatusOptional(t *testing.T) {
	record := func(n, status string) string {
		return "-- docs/adr/000" + n + "-x.md --\n# X" + n + "\n\n" + status + "## Decision\n\nIts status is said elsewhere.\n"
	}
	const accepted = "## Status\n\nAccepted\n\n"
	most := "-- README.md --\n# Home\n" + record("1", accepted) + record("2", "") + record("3", "") + record("4", "")
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"most say none": {most, 0},
		"half say none": {most + record("5", accepted) + record("6", accepted), 3},
		"strict":        {most + "-- lockstep.yaml --\nstrict: true\n", 3},
		"a few":         {"-- README.md --\n# Home\n" + record("1", "") + record("2", ""), 2},
	} {
		loaded, n := load(t, tree(t, c.text)), 0
		for _, p := range loaded.Pages {
			for _, f := range p.Findings {
				if f.Rule == "missing-status" {
					n++
				}
			}
		}
		if got := strings.Count(strings.Join(rules(loaded.Findings), " "), "missing-status"); got != c.want || n != c.want {
			t.Errorf("%s: %d of the site and %d of pages, want %d: %v", name, got, n, c.want, loaded.Findings)
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
		{"<no/a b.md>", "did you mean <../packages/db/a b.md>?"},
		{"../other/README.md", gone},
		{"../other/three.md", gone},
	} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- adr/one.md --\n# One\n-- adr/from.md --\n# From\n\n[x]("+c[0]+")\n-- packages/db/README.md --\n# DB\n-- packages/db/two.md --\n# Two\n-- packages/db/a b.md --\n# A b\n-- packages/web/two.md --\n# Two\n"))
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

// TestDocusaurus_tags: what stands directly below a tag is Markdown there, so its links
// are checked; elsewhere it is HTML.
func TestDocusaurus_tags(t *testing.T) {
	const config = "-- docusaurus.config.js --\n"
	for name, c := range map[string]struct {
		config, text string
		want         []string
	}{
		"tabs":               {config, "<Tabs groupId=\"x\">\n<TabItem value=\"jwt\" label=\"JWT\">\n**NOTE**: see [b](b.md)\n\n</TabItem>\n</Tabs>", []string{"docs/a.md dead-link"}},
		"details":            {config, "<details>\n<summary>More</summary>\nSee [b](b.md)\n</details>", []string{"docs/a.md dead-link"}},
		"a component":        {config, "<Card a=\"b\">\nSee [b](b.md)\n</Card>", []string{"docs/a.md component", "docs/a.md dead-link"}},
		"a place":            {config, "<a id=\"x\"></a>\n## See [b](b.md)", []string{"docs/a.md dead-link"}},
		"details and no MDX": {"", "<details>\n<summary>More</summary>\nSee [b](b.md)\n</details>", nil},
	} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- docs/a.md --\n# A\n\n"+c.text+"\n"+c.config))
		if got := rules(loaded.Findings); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, loaded.Findings, c.want)
		}
	}
}

// TestMkDocs: beside its configuration, texts may have icons and attributes; an icon is
// one finding a text.
func TestMkDocs(t *testing.T) {
	const text = "# A\n\n:material-check: Go [on](b.md){ .md-button } :octicons-tag-24:\n"
	for name, c := range map[string]struct {
		files string
		read  bool
	}{
		"no configuration":       {"", false},
		"at the root":            {"-- mkdocs.yml --\nsite_name: x\n", true},
		"named otherwise":        {"-- mkdocs.yaml --\ndocs_dir: docs\n", true},
		"one folder below":       {"-- x/mkdocs.yml --\ndocs_dir: ../docs\n", true},
		"for other texts":        {"-- x/mkdocs.yml --\nsite_name: x\n", false},
		"for the root's folders": {"-- mkdocs.yml --\ndocs_dir: .\n", true},
	} {
		loaded := load(t, tree(t, "-- README.md --\n# Home\n-- docs/b.md --\n# B\n-- docs/a.md --\n"+text+c.files))
		account, want, findings := loaded.Account().String(), "3 Markdown files: 3 pages", []string(nil)
		if c.read {
			want += "; dialects: attributes of MkDocs on 1 page, icons of MkDocs on 1 page"
			findings = []string{"docs/a.md dialect"}
		}
		if got := rules(loaded.Findings); !slices.Equal(got, findings) || account != want {
			t.Errorf("%s: %v, %s", name, loaded.Findings, account)
		}
		if body := bodyOf(loaded, "/a/"); strings.Contains(body, "md-button") == c.read || strings.Contains(body, "octicons") == c.read {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// TestMkDocs_later: texts are read anew when the configuration of another generator comes,
// changes or goes.
func TestMkDocs_later(t *testing.T) {
	dir := tree(t, "-- README.md --\n# Home\n-- docs/b.md --\n# B\n-- docs/a.md --\n# A\n\n[on](b.md){ .md-button }\n")
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range []string{"", "site_name: x\n", "docs_dir: text\n", ""} {
		if err := os.WriteFile(filepath.Join(dir, "mkdocs.yml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		if config == "" {
			os.Remove(filepath.Join(dir, "mkdocs.yml"))
		}
		loaded, err := b.Load()
		if err != nil {
			t.Fatal(err)
		}
		if shown := strings.Contains(bodyOf(loaded, "/a/"), "md-button"); shown != (config != "site_name: x\n") {
			t.Errorf("with %q the attributes are shown: %t", config, shown)
		}
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

// TestFrame_ids: a heading "Content" is the only one of its id.
func TestFrame_ids(t *testing.T) {
	loaded := load(t, tree(t, "-- README.md --\n# Home\n\n## Content\n\n[x](#content)\n"))
	data, _, err := loaded.Bytes(t.Context(), &loaded.Site, loaded.ByPath("/"))
	if n := strings.Count(string(data), `id="content"`); n != 1 || err != nil {
		t.Errorf("%d ids, %v", n, err)
	}
}
