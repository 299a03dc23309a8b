package markdown

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"lockstep/site"
)

// kepStatuses are the words of a Kubernetes enhancement proposal. What is deferred
// is still a proposal.
var kepStatuses = map[string]site.Status{
	"provisional": site.StatusProposed, "implementable": site.StatusAccepted, "implemented": site.StatusAccepted, "deferred": site.StatusProposed,
	"rejected": site.StatusRejected, "withdrawn": site.StatusRejected, "replaced": site.StatusSuperseded,
}

// kepKeys are what they call what others have other names for.
var kepKeys = map[string]string{"authors": "decision-makers", "reviewers": "consulted", "creation-date": "date", "replaces": "supersedes", "superseded-by": "superseded-by"}

// described joins the front matter of a record with what a file beside it says. A
// record's own word counts.
func (p *Parser) described(d *Document, own fields) fields {
	if p.options.Described == nil {
		return own
	}
	name, data := p.options.Described(d.Source)
	if data == nil {
		return own
	}
	file, err := yamlparser.ParseBytes(data, 0)
	if err != nil {
		line, message := yamlError(err)
		d.Findings = append(d.Findings, site.Finding{File: name, Line: line, Rule: "front-matter", Message: "it is not valid YAML: " + message, Mend: "quote values that contain ':' or '#', and indent with spaces"})
		return own
	}
	said := make(fields)
	for _, doc := range file.Docs {
		mapping, ok := doc.Body.(*yamlast.MappingNode)
		if !ok {
			continue
		}
		for _, e := range mapping.Values {
			said[strings.ToLower(e.Key.GetToken().Value)] = field{values: yamlValues(e.Value), line: -e.Key.GetToken().Position.Line}
		}
	}
	d.beside = name
	joined := kepFields(said)
	if title, _ := said.first("title"); title != "" && d.Meta.Title == "" {
		d.Title = title
	}
	maps.Copy(joined, own)
	return joined
}

// kepFields translates the keys of a kep.yaml: status with stage and milestone,
// authors, relations.
func kepFields(said fields) fields {
	f := make(fields)
	for key, ours := range kepKeys {
		if v := said[key]; len(v.values) > 0 {
			if strings.HasPrefix(ours, "sup") {
				v.values = slices.DeleteFunc(slices.Clone(v.values), func(s string) bool { _, _, ok := DecisionID(lastFolder(s)); return !ok })
				for i := range v.values {
					v.values[i] = bareKEP(v.values[i])
				}
			}
			f[ours] = v
		}
	}
	if word, line := said.first("status"); word != "" {
		text := word
		if status := kepStatuses[strings.ToLower(firstWord(word))]; status != "" {
			text = string(status)
			if !strings.EqualFold(word, text) {
				text += " (" + word + ")"
			}
		}
		if stage, _ := said.first("stage"); stage != "" {
			text += ", " + stage
		}
		if latest, _ := said.first("latest-milestone"); latest != "" && latest != "0.0" {
			text += " in " + latest
		}
		f["status"] = field{values: []string{text}, line: line}
	}
	return f
}

// bareKEP is the number in "/keps/sig-node/127-user-namespaces".
func bareKEP(s string) string {
	_, number, _ := DecisionID(lastFolder(s))
	return "KEP-" + strconv.Itoa(number)
}

// lastFolder is the name of the folder or file at the end of an address.
func lastFolder(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(s, "/"), "README.md"), "/")
	return s[strings.LastIndexByte(s, '/')+1:] + ".md"
}
