package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"lockstep/site"
	"lockstep/site/decision"
)

var (
	pageKeys     = []string{"title", "summary", "status", "date", "authors", "tags", "kind", "order", "part", "aliases", "alias"}
	decisionKeys = []string{"deciders", "decision-makers", "consulted", "informed", "supersedes", "superseded-by", "amends", "amended-by", "relates-to", "links", "revisit"}
)

// frontMatter splits the text into front matter and body. A text whose front
// matter cannot be read keeps its body.
func (d *Document) frontMatter(src []byte) (decision.Fields, []byte) {
	if f, body, ok := d.tomlFrontMatter(src); ok {
		return f, body
	}
	if !bytes.HasPrefix(src, []byte("---\n")) {
		return nil, src
	}
	rest := src[4:]
	end, after := -1, 0
	for offset := 0; offset < len(rest); {
		line, _, _ := bytes.Cut(rest[offset:], []byte("\n"))
		if trimmed := string(bytes.TrimRight(line, " \t")); trimmed == "---" || trimmed == "..." {
			end, after = offset, min(offset+len(line)+1, len(rest))
			break
		}
		offset += len(line) + 1
	}
	if end < 0 {
		// A rule at the top of a text is legal Markdown; without a second one it
		// was not meant as front matter.
		return nil, src
	}
	if !keyed(rest[:end]) {
		return nil, src
	}
	body := rest[after:]
	file, err := yamlparser.ParseBytes(rest[:end], 0)
	if err != nil {
		line, message := yamlError(err)
		d.unread = true
		d.find(line+1, "front-matter", "the front matter is not valid YAML: "+message, "quote values that contain ':' or '#', and indent with spaces")
		return nil, body
	}
	f := make(decision.Fields)
	for _, doc := range file.Docs {
		var entries []*yamlast.MappingValueNode
		switch node := doc.Body.(type) {
		case *yamlast.MappingNode:
			entries = node.Values
		case *yamlast.MappingValueNode:
			entries = append(entries, node)
		case nil, *yamlast.CommentGroupNode, *yamlast.NullNode:
		default:
			d.find(2, "front-matter", "the front matter is not a list of keys", "write one 'key: value' a line")
		}
		for _, e := range entries {
			key := strings.ToLower(e.Key.GetToken().Value)
			line := e.Key.GetToken().Position.Line + 1
			f[key] = decision.Field{Values: yamlValues(e.Value), Items: yamlItems(e.Value), Pairs: yamlPairs(e.Value), Line: line}
			if key == "revisit" {
				d.revisit = decision.Triggers(f[key], d.strict, d.find)
			}
		}
	}
	return f, body
}

// keyed says whether what stands between two rules begins like front matter. A rule at
// the top of a text, and another one below its first part, are legal Markdown too.
func keyed(block []byte) bool {
	if len(bytes.TrimSpace(block)) == 0 {
		return true
	}
	line, _, _ := bytes.Cut(block, []byte("\n"))
	return beginsKeys.Match(line)
}

var beginsKeys = regexp.MustCompile(`^(?:"[^"]+"|'[^']+'|[\pL_][\pL\d_. /-]*?)\s*:(?:\s|$)|^\s*[#{]|^-\s|^%YAML`)

func yamlError(err error) (line int, message string) {
	if syntax := yaml.Error(nil); errors.As(err, &syntax) && syntax.GetToken() != nil {
		return syntax.GetToken().Position.Line, syntax.GetMessage()
	}
	return 0, err.Error()
}

// yamlValues flattens a value: a scalar is a list of one, and deeper structure,
// which no key of ours has, is written out as it is.
func yamlValues(n yamlast.Node) []string {
	switch n := n.(type) {
	case nil, *yamlast.NullNode:
		return nil
	case *yamlast.SequenceNode:
		var values []string
		for _, v := range n.Values {
			values = append(values, yamlValues(v)...)
		}
		return values
	case *yamlast.StringNode:
		return []string{strings.TrimSpace(n.Value)}
	case *yamlast.LiteralNode:
		return []string{strings.TrimSpace(n.Value.Value)}
	}
	return []string{strings.TrimSpace(n.GetToken().Value)}
}

// yamlItems are the entries of a list in the front matter; nil if it is none.
func yamlItems(n yamlast.Node) []decision.Item {
	list, ok := n.(*yamlast.SequenceNode)
	if !ok {
		return nil
	}
	items := make([]decision.Item, 0, len(list.Values))
	for _, element := range list.Values {
		item := decision.Item{Line: element.GetToken().Position.Line + 1, Pairs: yamlPairs(element)}
		if item.Pairs == nil {
			item.Text = strings.Join(yamlValues(element), " ")
		}
		items = append(items, item)
	}
	return items
}

// yamlPairs are the keys of a mapping in the front matter; nil if it is none.
func yamlPairs(n yamlast.Node) (pairs []decision.Pair) {
	var values []*yamlast.MappingValueNode
	switch n := n.(type) {
	case *yamlast.MappingNode:
		values = n.Values
	case *yamlast.MappingValueNode:
		values = []*yamlast.MappingValueNode{n}
	}
	for _, pair := range values {
		key := pair.Key.GetToken()
		pairs = append(pairs, decision.Pair{Key: strings.ToLower(key.Value), Values: yamlValues(pair.Value), Line: key.Position.Line + 1})
	}
	return pairs
}

var pageKinds = []site.Kind{site.KindHome, site.KindDocument, site.KindLog, site.KindDecision, site.KindRunbook, site.KindLab, site.KindGlossary, site.KindSources}

// meta takes what the page needs from the front matter, and complains about
// keys that nobody reads.
func (d *Document) meta(f decision.Fields) {
	m := &d.Meta
	m.Title, _ = f.First("title")
	m.Summary, d.summaryLine = f.First("summary", "description")
	m.Status, _ = f.First("status")
	m.Date, _ = f.First("date")
	m.Authors = decision.Names(f.List("authors", "author"))
	m.Tags = f.List("tags")
	m.Aliases = f.List("alias", "aliases")
	m.Parts, m.PartsLine = f.List("part"), f["part"].Line
	if kind, line := f.First("kind"); kind != "" {
		// In other texts the key may be for another program.
		m.Kind = site.Kind(kind)
		known := slices.Contains(pageKinds, m.Kind)
		if !known {
			m.Kind = ""
		}
		if !known && d.strict {
			d.findf(line, "unknown-kind", "use home, document, log, decision, runbook, lab, glossary or sources", "there is no page kind %q", kind)
		}
	}
	if order, line := f.First("order"); order != "" {
		if _, err := fmt.Sscanf(order, "%d", &m.Order); err != nil && d.strict {
			d.findf(line, "front-matter", "write a whole number", "order is %q", order)
		}
	}
	if !d.strict {
		return
	}
	for key, value := range f {
		if slices.Contains(pageKeys, key) || slices.Contains(decisionKeys, key) {
			continue
		}
		mend := "remove it; the keys are " + strings.Join(pageKeys, ", ") + ", and for decisions " + strings.Join(decisionKeys, ", ")
		if near := site.Nearest(key, append(slices.Clone(pageKeys), decisionKeys...)); near != "" {
			mend = fmt.Sprintf("did you mean %q?", near)
		}
		d.findf(value.Line, "unknown-front-matter", mend, "the front-matter key %q has no meaning here", key)
	}
}
