package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/unicode/norm"

	"lockstep/site"
)

// pointed makes an element at the head of a page one that people can point at: the
// block of that kind that says the same. The body's blocks get the like from the
// renderer of its text.
func pointed(p *site.Page, kind, text string) templ.Attributes {
	text = norm.NFC.String(strings.Join(strings.Fields(text), " "))
	for _, b := range p.Blocks {
		if b.Head && b.Kind == kind && b.Text == text {
			return templ.Attributes{"id": b.ID, "data-b": strconv.Itoa(b.N)}
		}
	}
	return nil
}

// alsoAt are the other passages of a thread, as "block:start:end" with spaces between.
func alsoAt(t site.Thread) string {
	var places []string
	for _, also := range t.Also {
		places = append(places, fmt.Sprintf("%d:%d:%d", also.Block, also.Start, also.End))
	}
	return strings.Join(places, " ")
}

// inReadingOrder are the blocks of a page as they stand on it, its head first.
func inReadingOrder(blocks []site.Block) []site.Block {
	n := len(blocks)
	for n > 0 && blocks[n-1].Head {
		n--
	}
	return slices.Concat(blocks[n:], blocks[:n])
}
