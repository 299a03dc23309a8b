package bridge

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockstep/site"
)

// maxPost bounds a post, in bytes: forges refuse longer ones.
const maxPost = 60 << 10

// harmless is what a person wrote on a page, for a post that is made with the
// rights of the bridge: a mention notifies nobody, a line is no command (GitLab
// carries out /merge, and robots listen elsewhere), and nothing in it is a comment
// of HTML, in which a mark could be hidden.
func harmless(text string) string {
	text = strings.ReplaceAll(site.Visible(text), "<!--", "&lt;!--")
	text = strings.ReplaceAll(text, "@", "@\u200d")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest := strings.TrimLeft(line, " \t"); strings.HasPrefix(rest, "/") {
			lines[i] = line[:len(line)-len(rest)] + `\` + rest
		}
	}
	return strings.Join(lines, "\n")
}

// plainName is a name as a word among others.
func plainName(name string) string {
	return strings.NewReplacer("*", "", "_", " ", "`", "", "[", "", "]", "", "<", "", ">", "", "\n", " ").Replace(harmless(name))
}

// quoted sets a passage off.
func quoted(passage string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(passage, "\n")) {
		b.WriteString("> " + strings.TrimRight(harmless(line), "\n") + "\n")
	}
	return b.String()
}

// postOf is a comment of a page as it is posted. about, if not "", is the passage
// or the comment that it is about, where its place does not show it.
func (r *run) postOf(page pageOf, c site.Comment, intent, about string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** on %s", plainName(c.Author), r.linkTo(page, "c-"+c.ID))
	if intent != "" && intent != "comment" {
		fmt.Fprintf(&b, " (%s)", intent)
	}
	b.WriteString(":\n\n")
	if c.Redacted {
		b.WriteString("_This comment was redacted on the page._")
		return b.String()
	}
	if about != "" {
		b.WriteString(quoted(about) + "\n")
	}
	body := harmless(c.Body)
	if len(body) > maxPost/2 {
		body = body[:maxPost/2]
		for !utf8.ValidString(body) {
			body = body[:len(body)-1]
		}
		body += "\n\n_The rest is on the page._"
	}
	b.WriteString(body)
	return b.String()
}

// linkTo names a page, as a link where it is known how readers reach the site.
func (r *run) linkTo(page pageOf, fragment string) string {
	name := "`" + strings.ReplaceAll(page.doc.Name, "`", "") + "`"
	if r.o.Site == "" {
		return "the page " + name
	}
	return fmt.Sprintf("[the page %s](%s%s#%s)", name, strings.TrimSuffix(r.o.Site, "/"), page.doc.Path, fragment)
}

// verdictWords are a verdict of the page as it is posted.
func (r *run) verdictWords(page pageOf, v site.Verdict) string {
	does := map[string]string{"approve": "approves this text of", "request-changes": "requests changes of", "comment": "comments on"}[v.Verdict]
	signature := "nobody signed it"
	switch v.Signature {
	case "signed":
		signature = "signed by " + plainName(v.SignedAs)
	case "unlisted":
		signature = "signed by a key that the repository does not list"
	case "broken":
		signature = "its signature is broken"
	}
	text := fmt.Sprintf("**%s** %s %s (%s).", plainName(v.Author), does, r.linkTo(page, "review"), signature)
	if v.Body != "" {
		text += "\n\n" + harmless(v.Body)
	}
	return text
}
