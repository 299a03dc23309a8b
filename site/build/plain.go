package build

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
)

// variants tells pages that have one where their Markdown stands: beside their HTML.
// It is the source as it was written, with links that lead on between such files; lists
// that were made are made in Markdown too.
func (t *Tree) variants() {
	for _, p := range t.Pages {
		if t.documents[p] != nil || p.Kind == site.KindSection || p.Kind == site.KindLog {
			p.Markdown = p.Path + "index.md"
		}
	}
}

// Markdown is a page as Markdown, or nil if it has no such variant.
func (t *Tree) Markdown(p *site.Page) []byte {
	if p.Markdown == "" {
		return nil
	}
	var b bytes.Buffer
	if d := t.documents[p]; d != nil {
		t.relink(&b, p, string(d.text))
	} else {
		fmt.Fprintf(&b, "# %s\n", plainLine(p.Title))
	}
	pages := p.Pages
	if p.Kind == site.KindLog && p.Log != nil {
		pages = p.Log.Decisions
	}
	if p.Kind == site.KindSection || p.Kind == site.KindLog {
		b.WriteString("\n")
		for _, other := range pages {
			listed(&b, other, site.Escape(site.Rel(p.Markdown, plainPath(other))))
		}
	}
	return b.Bytes()
}

// plainPath is the Markdown of a page, or the page itself.
func plainPath(p *site.Page) string {
	if p.Markdown != "" {
		return p.Markdown
	}
	return p.Path
}

// listed is a line about a page.
func listed(b *bytes.Buffer, p *site.Page, href string) {
	title := plainLine(p.Title)
	if p.Decision != nil {
		title = p.Decision.ID + " (" + string(p.Decision.Status) + "): " + title
	}
	fmt.Fprintf(b, "- [%s](%s)", noLink.Replace(title), href)
	if p.Summary != "" {
		b.WriteString(": " + noLink.Replace(plainLine(p.Summary)))
	}
	b.WriteString("\n")
}

// noLink keeps words in brackets from becoming a link.
var noLink = strings.NewReplacer("[", `\[`, "]", `\]`)

func plainLine(s string) string { return strings.Join(strings.Fields(s), " ") }

var (
	fence = regexp.MustCompile("^ {0,3}(?:[-*+>] ?)* {0,3}(```+|~~~+)")
	// A code span, which is left alone, or the destination of a link, at the start of a
	// text; and the destination of a definition.
	destination = regexp.MustCompile("^(?:`+[^`]+`+|(\\]\\([ \\t]*)(<[^<>]*>|[^\\s()<>]+(?:\\([^\\s()]*\\)[^\\s()]*)*))")
	definedLink = regexp.MustCompile(`^( {0,3}\[[^\]]+\]:[ \t]*)(<[^<>]*>|\S+)`)
)

// relink writes a text with the links of its variant.
func (t *Tree) relink(b *bytes.Buffer, p *site.Page, text string) {
	open := ""
	for line := range strings.Lines(text) {
		var m []string
		if strings.Contains(line, "```") || strings.Contains(line, "~~~") {
			m = fence.FindStringSubmatch(line)
		}
		switch {
		case m != nil && open == "":
			open = m[1]
		case m != nil && strings.HasPrefix(m[1], open):
			open = ""
		case open == "" && strings.Contains(line, "]"):
			t.relinkLine(b, p, line)
			continue
		}
		b.WriteString(line)
	}
}

// relinkLine looks only where a code span or a destination may begin: an expression that
// is tried at every character of every text took a tenth of a build.
func (t *Tree) relinkLine(b *bytes.Buffer, p *site.Page, line string) {
	if m := definedLink.FindStringSubmatch(line); m != nil {
		b.WriteString(m[1] + t.plainLink(p, strings.Trim(m[2], "<>"), m[2]))
		line = line[len(m[0]):]
	}
	for {
		i := strings.IndexAny(line, "`]")
		if i < 0 {
			break
		}
		b.WriteString(line[:i])
		line = line[i:]
		m := destination.FindStringSubmatch(line)
		n := 1
		switch {
		case m != nil && m[1] != "":
			b.WriteString(m[1] + t.plainLink(p, strings.Trim(m[2], "<>"), m[2]))
			line = line[len(m[0]):]
			continue
		case m != nil:
			n = len(m[0])
		case line[0] == '`': // no span begins within a run of marks that begins none
			n = len(line) - len(strings.TrimLeft(line, "`"))
		}
		b.WriteString(line[:n])
		line = line[n:]
	}
	b.WriteString(line)
}

// plainLink is where a destination leads from the variant of a page; as written if that
// is not known.
func (t *Tree) plainLink(p *site.Page, dest, written string) string {
	if site.External(dest) {
		return written
	}
	if x := t.resolve(p, parseAddress(p.Source, dest)); x.page != nil {
		to := plainPath(x.page)
		if x.fragment != "" {
			to += "#" + x.fragment
		}
		return escapeAddress(site.Rel(p.Markdown, to))
	}
	if href, ok := (resolver{t, p}).Link(dest); ok && href != "" {
		return href
	}
	if href, ok := (resolver{t, p}).Value(dest); ok {
		return href
	}
	return written
}

// escapeAddress is [site.Escape] for an address with a fragment.
func escapeAddress(address string) string {
	path, fragment, ok := strings.Cut(address, "#")
	if !ok {
		return site.Escape(path)
	}
	return site.Escape(path) + "#" + fragment
}

// LLMs is llms.txt: what the site is and where the Markdown of each page is, for programs
// that read texts.
func (t *Tree) LLMs() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", plainLine(t.Site.Title))
	about := t.Site.Tagline
	if home := t.byPath["/"]; home != nil && home.Summary != "" {
		about = home.Summary
	}
	if about != "" {
		fmt.Fprintf(&b, "\n> %s\n", plainLine(about))
	}
	href := func(p *site.Page) string {
		if t.Site.BaseURL != "" {
			return strings.TrimSuffix(t.Site.BaseURL, "/") + site.Escape(plainPath(p))
		}
		return site.Escape(site.Rel("/llms.txt", plainPath(p)))
	}
	section := "/"
	for _, p := range t.Pages {
		if p.Section != section {
			section = p.Section
			title := t.sectionTitle(section, titled(section))
			if section == "" {
				title = "Pages"
			}
			fmt.Fprintf(&b, "\n## %s\n\n", plainLine(title))
		}
		listed(&b, p, href(p))
	}
	return b.Bytes()
}
