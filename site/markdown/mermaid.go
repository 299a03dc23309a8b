package markdown

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
	"lockstep/site/mermaid"
)

// mermaidFence reports a kind of diagram that is shown as its text.
func (d *Document) mermaidFence(n *ast.FencedCodeBlock) {
	if d.info(n).language != "mermaid" {
		return
	}
	d.speaks(dialectMermaid)
	source := string(d.lines(n))
	if _, err := mermaid.Translate(source); err != nil {
		kind, _, _ := strings.Cut(strings.TrimSpace(source), "\n")
		d.once("mermaid "+kind, d.line(n), "dialect", "write it as a flowchart, as states or as a sequence, or in D2", "a Mermaid diagram is shown as its text: %v", err)
	}
}

// errNotDrawn is for diagrams that are shown as their text.
var errNotDrawn = errors.New("the diagram is shown as its text")

// mermaidDiagram draws what is written in Mermaid. What the fence says of it counts.
func (p *page) mermaidDiagram(source, title, alt string) (site.HTML, error) {
	d, err := mermaid.Translate(source)
	if err != nil {
		return "", errNotDrawn
	}
	if title == "" {
		title = d.Title
	}
	if alt == "" {
		alt = d.Alt
	}
	return p.diagram(d.D2, title, alt)
}

// diagram draws a text in D2. Its ids are made from the text, so those of one that stands
// on the page already are numbered.
func (p *page) diagram(source, title, alt string) (site.HTML, error) {
	drawn, err := p.r.Diagram(source, title, alt)
	if err != nil {
		return "", err
	}
	key := "drawn\x00" + source + "\x00" + title + "\x00" + alt
	before := p.numbered[key]
	p.numbered[key]++
	if before > 0 {
		for _, id := range drawnID.FindAllStringSubmatch(string(drawn), -1) {
			drawn = site.HTML(strings.ReplaceAll(string(drawn), id[1], fmt.Sprintf("%s-%d", id[1], before+1)))
		}
	}
	return drawn, nil
}

var drawnID = regexp.MustCompile(` id="([^"]+)"`)
