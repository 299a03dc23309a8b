package search

import (
	"path"
	"strings"

	"lockstep/site"
)

// Prepared is a page that was read. It holds all that [Build] needs, and nothing of
// other pages, so it is good for as long as the page stays as it is.
type Prepared struct {
	page  Page // without the texts of its sections
	terms []string
	posts []post
	texts []text
}

// post says how much a word says in a section of its page.
type post struct {
	term    uint32 // place in terms
	section uint16
	impact  uint8
}

// text is a file of texts: those of a run of sections.
type text struct {
	sections int
	data     []byte
}

// maxSections bounds the sections of a page; those after it are part of the last.
const maxSections = 1 << 15

// Prepare reads one page.
func Prepare(p Page) *Prepared {
	sections := p.Sections
	if len(sections) == 0 || sections[0].Heading != "" {
		sections = append([]site.Section{{}}, sections...)
	}
	sections = sections[:min(len(sections), maxSections)]
	r := reader{ids: make(map[string]uint32), at: make([]int32, 0, 512)}
	heading := float32(inHeading)
	if p.Glossary {
		heading = inTerm
	}
	for i, s := range sections {
		r.begin(i)
		if i == 0 {
			r.mark(p.ID, inID)
			r.mark(p.Title, inTitle)
			for _, tag := range p.Tags {
				r.mark(tag, inTag)
			}
			r.mark(p.Summary, inSummary)
			r.mark(path.Base(p.Path), inSummary)
			for _, name := range p.Deciders {
				r.mark(name, inPeople)
			}
		}
		r.mark(s.Heading, heading)
		r.identify(s.Heading)
		r.count(s.Text, 1)
		r.count(s.Code, codeShare)
		r.end()
	}
	p.Sections = heads(sections)
	return &Prepared{page: p, terms: r.terms, posts: r.posts, texts: pack(p, sections)}
}

// heads are the sections without their texts.
func heads(sections []site.Section) []site.Section {
	all := make([]site.Section, len(sections))
	for i, s := range sections {
		all[i] = site.Section{ID: s.ID, Heading: oneLine(s.Heading, 200)}
	}
	return all
}

// reader weighs the words of one page, section by section.
type reader struct {
	ids   map[string]uint32
	terms []string
	at    []int32 // by term: its post in this section, or less than first

	posts   []post
	section uint16
	first   int // post of this section
	counts  []float32
	bonus   []float32
	words   float32
}

func (r *reader) begin(section int) {
	r.section, r.first, r.words = uint16(section), len(r.posts), 0
	r.counts, r.bonus = r.counts[:0], r.bonus[:0]
}

// term is the place of a word's post within the section.
func (r *reader) term(word string) int {
	id, ok := r.ids[word]
	if !ok {
		id = uint32(len(r.terms))
		word = strings.Clone(word) // not to keep the text that it is part of
		r.ids[word] = id
		r.terms = append(r.terms, word)
		r.at = append(r.at, -1)
	}
	if int(r.at[id]) < r.first {
		r.at[id] = int32(len(r.posts))
		r.posts = append(r.posts, post{term: id, section: r.section})
		r.counts, r.bonus = append(r.counts, 0), append(r.bonus, 0)
	}
	return int(r.at[id]) - r.first
}

// mark is for words that say what the section is about.
func (r *reader) mark(text string, weight float32) {
	n := float32(0)
	eachWord(text, func(parts []string, _ string) { n += float32(len(parts)) })
	if n > longHeading {
		weight *= longHeading / n
	}
	weight += alone / n
	eachWord(text, func(parts []string, whole string) {
		for _, word := range parts {
			i := r.term(word)
			r.bonus[i] = max(r.bonus[i], weight)
		}
		if whole != "" {
			i := r.term(whole)
			r.bonus[i] = max(r.bonus[i], weight)
		}
	})
}

// identify makes an identifier with which a heading begins, "FM-11: Reconnect storm",
// the one of its section.
func (r *reader) identify(heading string) {
	first, _, _ := strings.Cut(heading, " ")
	words := Words(first)
	if len(words) != 1 || len(words[0].Parts) > 2 {
		return
	}
	id := words[0].Parts[0]
	if words[0].Whole != "" {
		id = words[0].Whole
	}
	if start := strings.IndexAny(id, "0123456789"); start > 0 && strings.Trim(id[start:], "0123456789") == "" {
		r.bonus[r.term(id)] = inID
	}
}

func (r *reader) count(text string, weight float32) {
	eachWord(text, func(parts []string, whole string) {
		for _, word := range parts {
			r.counts[r.term(word)] += weight
		}
		if whole != "" {
			r.counts[r.term(whole)] += weight
		}
		r.words += float32(len(parts))
	})
}

// end turns counts into impacts.
func (r *reader) end() {
	length := saturation * (0.25 + 0.75*r.words/usualWords)
	for i := range r.counts {
		impact := r.bonus[i]
		if n := r.counts[i]; n > 0 {
			impact += n / (n + length)
		}
		r.posts[r.first+i].impact = uint8(min(255, max(1, int(impact*unit+0.5))))
	}
}
