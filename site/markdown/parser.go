package markdown

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
	"lockstep/site/decision"
)

// Options say how strict a parser is.
type Options struct {
	// Strict is set for texts that say that they are written for this generator:
	// front matter has its keys only, headings do not repeat, of HTML little is
	// kept. Others are taken as they are.
	Strict bool
	// Prefix, if not nil, is what identifiers of the series of a record begin with:
	// "ADR-" or "RFC-". It is called by many goroutines at once.
	Prefix func(source string) string
	// Words are what words of records mean; nil stands for those that every record may
	// use.
	Words *decision.Words
	// MDX, if not nil, says which texts are MDX although they are not called so. It is
	// called by many goroutines at once.
	MDX func(source string) bool
	// MkDocs, if not nil, says which texts MkDocs reads: they may have icons and
	// attributes. It is called by many goroutines at once.
	MkDocs func(source string) bool
	// Described, if not nil, is the file that describes a record beside its text,
	// and what it says; see [decision.KEPFields]. It is called by many goroutines at once.
	Described func(source string) (name string, data []byte)
	// Ledger, if not nil, answers the blocks of the language ledger with what is
	// shown in their place; see [site.Passage]. Links to "ledger:…" are then figures
	// that somebody compares.
	Ledger Answer
	// Objectives, if not nil, answers the blocks of the language slo likewise.
	Objectives Answer
}

// Answer gives what is shown in the place of a block of a text that stands in source;
// the error says what is wrong with the request. It is called by many goroutines at
// once.
type Answer func(source, request string) ([]site.Passage, error)

// Parser parses texts. It may be used by many goroutines at once.
type Parser struct {
	options Options
	parser  parser.Parser
}

// New makes a parser.
func New(options Options) *Parser {
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify, extension.TaskList,
			extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(parser.WithHeadingAttribute(),
			parser.WithBlockParsers(util.Prioritized(fenced{}, 650), util.Prioritized(indented{}, 90), util.Prioritized(mathBlock{}, 660), util.Prioritized(shifted{}, 450),
				util.Prioritized(jsx{parser.NewHTMLBlockParser()}, 890)), // before that of CommonMark
			parser.WithInlineParsers(util.Prioritized(asterisks{}, 450), // likewise
				util.Prioritized(inlineMath{}, 150), util.Prioritized(wikiLink{}, 150), util.Prioritized(emoji{}, 150), util.Prioritized(shortcode{}, 150), util.Prioritized(attributes{}, 160))),
	)
	if options.Words == nil {
		options.Words = decision.NewWords(nil, nil)
	}
	return &Parser{options: options, parser: md.Parser()}
}

// Parse reads one text. As tells what the text is for: a decision record and a
// glossary are read for more than their prose. Parse never fails; what is wrong
// with the text is in Document.Findings.
func (p *Parser) Parse(source string, src []byte, as site.Kind) *Document {
	d := &Document{Source: source, strict: p.options.Strict, prefixOf: p.options.Prefix, words: p.options.Words, ledger: p.options.Ledger != nil, ids: make(map[string]int), canon: &canon{}}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n")) // from an old Macintosh
	}
	if !utf8.Valid(src) {
		d.find(0, "encoding", "the file is not valid UTF-8", "save it as UTF-8")
		src = bytes.ToValidUTF8(src, []byte("\uFFFD"))
	}
	meta, body := d.frontMatter(src)
	d.lineOffset = bytes.Count(src[:len(src)-len(body)], []byte("\n"))
	d.byteOffset = len(src) - len(body)
	if p.options.Ledger != nil || p.options.Objectives != nil {
		body = d.include(body, &p.options)
	}
	d.src = d.blankMDX(body, p.options.MDX)
	for i, b := range body {
		if b == '\n' {
			d.newlines = append(d.newlines, i)
		}
	}
	context := parser.NewContext()
	context.Set(isMDXKey, d.isMDX)
	d.isMkDocs = p.options.MkDocs != nil && p.options.MkDocs(d.Source)
	context.Set(isMkDocsKey, d.isMkDocs)
	d.root = p.parser.Parse(text.NewReader(d.src), parser.WithContext(context)).(*ast.Document)
	if d.isMDX {
		unshift(d.root)
	}
	if context.Get(hasAttributesKey) != nil {
		d.speaks(dialectAttributes)
	}
	d.meta(meta)
	if d.Meta.Kind == "" {
		d.Meta.Kind = as
	}
	d.callouts()
	d.contents()
	notes := d.footnoteStarts()
	d.elements()
	d.marks()
	d.hidden()
	d.footnotes(notes)
	d.headings()
	d.inspect()
	switch d.Meta.Kind {
	case site.KindDecision:
		d.decision(p.described(d, meta))
	case site.KindGlossary:
		d.glossary()
	}
	for i, f := range d.Findings {
		d.Findings[i] = d.Placed(f)
	}
	site.SortFindings(d.Findings)
	return d
}

// find adds a finding.
func (d *Document) find(line int, rule, message, mend string) {
	if line < 0 {
		d.Findings = append(d.Findings, site.Finding{File: d.beside, Line: -line, Rule: rule, Message: message, Mend: mend})
		return
	}
	d.Findings = append(d.Findings, site.Finding{File: d.Source, Line: line, Rule: rule, Message: message, Mend: mend})
}

func (d *Document) findf(line int, rule, mend, format string, args ...any) {
	d.find(line, rule, fmt.Sprintf(format, args...), mend)
}

// lineAt is the line of the file at an offset of the body; see [Document.Place].
func (d *Document) lineAt(offset int) int {
	if len(d.stretches) > 0 {
		return d.lineInStretch(offset)
	}
	return d.lineOffset + sort.SearchInts(d.newlines, offset) + 1
}

// line is the line of the file on which a node begins, as far as goldmark
// remembers: inline nodes take it from their text, blocks from their lines.
func (d *Document) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if offset, ok := start(n); ok {
			return d.lineAt(offset)
		}
	}
	return 0
}

// start is the offset of the first text within a node.
func start(n ast.Node) (int, bool) {
	if t, ok := n.(*ast.Text); ok {
		return t.Segment.Start, true
	}
	if e, ok := n.(*element); ok {
		return e.at, true
	}
	if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start, true
	}
	if fence, ok := n.(*ast.FencedCodeBlock); ok && fence.Info != nil {
		return fence.Info.Segment.Start, true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if offset, ok := start(c); ok {
			return offset, true
		}
	}
	return 0, false
}
