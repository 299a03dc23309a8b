package bridge

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
	"lockstep/site/review/subject"
)

// anchorOf is what a discussion is about in the text of a page, and its first
// comment. A line of the source is a block of the text, and the words of the line
// if they tell. Where the text has no such line, the comment says what it was about.
func anchorOf(d subject.Page, t Discussion, body string) (at review.AnchorRequest, said string) {
	if t.Path == "" {
		if quote, rest := leadingQuote(body); quote != "" && rest != "" {
			if at, err := passageIn(d, quote); err == nil {
				return at, rest
			}
		}
		return at, body
	}
	line := t.Line
	if t.Old || line == 0 {
		line = 0
		if at, err := passageIn(d, t.Code); err == nil {
			return at, body
		}
	}
	if n := blockAt(d, line); n >= 0 {
		return inBlock(d, n, t), body
	}
	code := t.Code
	if code == "" && line > 0 && d.Lines != nil {
		code = d.Lines(line, line)
	}
	if strings.TrimSpace(code) == "" {
		return at, body
	}
	return at, "> " + strings.TrimSpace(code) + "\n\n" + body
}

// blockAt is the block at a line of the source: of several the one that has the
// fewest lines, and of the cells of a row the first.
func blockAt(d subject.Page, line int) (best int) {
	best = -1
	for n, b := range d.Blocks {
		if line > 0 && b.Line > 0 && b.Line <= line && line <= b.End && (best < 0 || b.End-b.Line < d.Blocks[best].End-d.Blocks[best].Line) {
			best = n
		}
	}
	return best
}

// inBlock anchors a discussion in a block: at the words of its lines, if they are a
// part of the block and stand there once.
func inBlock(d subject.Page, n int, t Discussion) review.AnchorRequest {
	whole := review.AnchorRequest{Block: review.BlockRef(strconv.Itoa(n))}
	b, first := d.Blocks[n], t.Line
	if t.First >= b.Line && t.First < t.Line {
		first = t.First
	}
	if d.Lines == nil || b.Line == b.End {
		return whole
	}
	lines := d.Lines(first, t.Line)
	for _, words := range []string{lines, offline.Plain(lines)} {
		if b.Kind != "code" {
			words = strings.Join(strings.Fields(words), " ")
		}
		if words != "" && words != b.Text && len([]rune(words)) <= event.MaxQuote && strings.Count(b.Text, words) == 1 {
			whole.Quote = words
			return whole
		}
	}
	return whole
}

var errNowhere = errors.New("the passage stands nowhere, or in several places")

// passageIn finds a passage that stands once.
func passageIn(d subject.Page, quote string) (at review.AnchorRequest, err error) {
	if strings.TrimSpace(quote) == "" {
		return at, errNowhere
	}
	found := offline.Find(d, quote)
	if len(found) != 1 {
		return at, errNowhere
	}
	return found[0].Request, nil
}

// leadingQuote parts a comment that begins with a quote.
func leadingQuote(body string) (quote, rest string) {
	lines := strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n")
	n := 0
	for n < len(lines) && strings.HasPrefix(lines[n], ">") {
		quote += strings.TrimPrefix(strings.TrimPrefix(lines[n], ">"), " ") + "\n"
		n++
	}
	return strings.TrimSpace(quote), strings.TrimSpace(strings.Join(lines[n:], "\n"))
}

// placeOf is where a thread of a page stands in the pull request: at a line that
// the diff shows, at the file, or at the whole. shows tells that its place shows
// what it is about.
func placeOf(page pageOf, t site.Thread) (at Place, shows bool) {
	if page.file.Whole {
		at.File = page.file
	}
	if t.Block < 0 || t.Block >= len(page.doc.Blocks) {
		return at, false
	}
	b := page.doc.Blocks[t.Block]
	if b.Line == 0 || page.doc.Lines == nil {
		return at, false
	}
	best := 0
	for line := b.Line; line <= b.End; line++ {
		if !page.file.Lines[line] {
			continue
		}
		best = line
		if t.End > t.Start && holds(page.doc.Lines(line, line), b.Text, t.Start) {
			return Place{page.file, line}, true
		}
	}
	if best == 0 {
		return at, false
	}
	// Its block is there and its line may not be: the passage is quoted.
	return Place{page.file, best}, t.End <= t.Start
}

// holds says whether a line of the source has the words that begin at a place of
// its block.
func holds(line, text string, start int) bool {
	const enough = 24
	runes := []rune(text)
	if start < 0 || start >= len(runes) {
		return false
	}
	words := string(runes[start:min(len(runes), start+enough)])
	if i := strings.LastIndexByte(words, ' '); i > 0 && len(runes) > start+enough {
		words = words[:i]
	}
	first, _, _ := strings.Cut(strings.TrimSpace(words), " ")
	plain := strings.Join(strings.Fields(offline.Plain(line)), " ")
	return strings.Contains(plain, words) || strings.HasSuffix(plain, first) && strings.Contains(words, " ")
}

func (p Place) String() string {
	switch {
	case p.File.Path == "":
		return "the pull request"
	case p.Line == 0:
		return p.File.Path
	}
	return fmt.Sprintf("%s:%d", p.File.Path, p.Line)
}

// cleaned is a text as the pages keep it.
func cleaned(text string) string {
	text = norm.NFC.String(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
	return strings.TrimRight(text, "\n\t ")
}
