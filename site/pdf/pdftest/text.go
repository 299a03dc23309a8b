// Package pdftest reads the words of a printed page, so that tests ask what a reader
// sees. It takes each letter by the table that its font gives for copying text.
package pdftest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"lockstep/site/pdf"
)

// Read reads a file, or fails the test.
func Read(t *testing.T, data []byte) *pdf.File {
	t.Helper()
	f, err := pdf.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Page is what is seen on a page.
type Page struct {
	Text  string // without blanks: letters are placed one by one
	Drawn int    // lines and areas
}

// Pages reads all pages.
func Pages(t *testing.T, f *pdf.File) []Page {
	t.Helper()
	pages := make([]Page, f.Pages())
	for i := range pages {
		page := f.Page(i + 1)
		content, err := f.Stream(page["Contents"])
		if err != nil {
			t.Fatalf("page %d: %v", i+1, err)
		}
		r := reader{t: t, f: f, fonts: map[string]font{}}
		r.run(content, f.Dict(page["Resources"]), 0)
		pages[i] = Page{strings.Join(strings.Fields(r.text.String()), ""), r.drawn}
	}
	return pages
}

type font struct {
	letters map[int]string
	wide    bool // two bytes a letter
}

type reader struct {
	t     *testing.T
	f     *pdf.File
	fonts map[string]font
	text  strings.Builder
	drawn int
}

func (r *reader) run(content []byte, resources pdf.Dict, depth int) {
	if depth > 8 {
		return
	}
	var stack []any
	var current font
	pdf.Each(content, func(v any) {
		operator, ok := v.(pdf.Operator)
		if !ok {
			stack = append(stack, v)
			return
		}
		last := func(back int) any {
			if len(stack) <= back {
				return nil
			}
			return stack[len(stack)-1-back]
		}
		switch operator {
		case "Tf":
			if name, ok := last(1).(pdf.Name); ok {
				current = r.font(r.f.Dict(resources["Font"])[string(name)])
			}
		case "Tj":
			r.show(current, last(0))
		case "TJ":
			list, _ := last(0).([]any)
			for _, piece := range list {
				r.show(current, piece)
			}
		case "f", "f*", "S", "s", "B":
			r.drawn++
		case "Do":
			if name, ok := last(0).(pdf.Name); ok {
				form := r.f.Dict(resources["XObject"])[string(name)]
				if d := r.f.Dict(form); d["Subtype"] == pdf.Name("Form") {
					inner, err := r.f.Stream(form)
					if err != nil {
						r.t.Fatal(err)
					}
					r.run(inner, r.f.Dict(d["Resources"]), depth+1)
				} else {
					r.drawn++
				}
			}
		}
		stack = stack[:0]
	})
}

func (r *reader) show(current font, v any) {
	codes, _ := v.(string)
	for len(codes) > 0 {
		code, size := int(codes[0]), 1
		if current.wide && len(codes) > 1 {
			code, size = code<<8|int(codes[1]), 2
		}
		codes = codes[size:]
		r.text.WriteString(current.letters[code])
	}
}

func (r *reader) font(v any) font {
	key := fmt.Sprint(v)
	if known, ok := r.fonts[key]; ok {
		return known
	}
	d := r.f.Dict(v)
	made := font{letters: map[int]string{}, wide: d["Subtype"] == pdf.Name("Type0")}
	if table, err := r.f.Stream(d["ToUnicode"]); err == nil {
		var texts []any
		pdf.Each(table, func(v any) {
			switch v {
			case pdf.Operator("beginbfchar"), pdf.Operator("beginbfrange"):
				texts = nil
			case pdf.Operator("endbfchar"):
				for i := 0; i+1 < len(texts); i += 2 {
					made.letters[number(texts[i])] = words(texts[i+1], 0)
				}
			case pdf.Operator("endbfrange"):
				for i := 0; i+2 < len(texts); i += 3 {
					first := number(texts[i])
					for code := first; code <= number(texts[i+1]); code++ {
						if list, ok := texts[i+2].([]any); ok && code-first < len(list) {
							made.letters[code] = words(list[code-first], 0)
						} else if !ok {
							made.letters[code] = words(texts[i+2], code-first)
						}
					}
				}
			default:
				texts = append(texts, v)
			}
		})
	}
	r.fonts[key] = made
	return made
}

func number(v any) (n int) {
	text, _ := v.(string)
	for i := range len(text) {
		n = n<<8 | int(text[i])
	}
	return n
}

// words are UTF-16, the last unit of which is raised.
func words(v any, raise int) string {
	text, _ := v.(string)
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
	}
	if len(units) > 0 {
		units[len(units)-1] += uint16(raise)
	}
	return string(utf16.Decode(units))
}
