package markdown

import (
	"bytes"
	"errors"
	"slices"
	"sort"
	"strings"

	"lockstep/site"
)

// stretch is a part of the body that stands in one file as a whole.
type stretch struct {
	start int // its offset in the body
	line  int // of its first line, see Place
	file  int // its offset in the source, or -1 if it stands elsewhere
}

// elsewhere is more lines than a source may have. The line l of the nth file that a
// document takes passages from is n*elsewhere + l, so that lines stay numbers.
const elsewhere = 1 << 22

// Place is the file and the line for a line that the document names: of a link, of
// a number, of a reference.
func (d *Document) Place(line int) (file string, lineThere int) {
	if n := line / elsewhere; n > 0 && n <= len(d.files) {
		return d.files[n-1], line % elsewhere
	}
	return d.Source, line
}

// Placed is a finding about the document where it can be corrected.
func (d *Document) Placed(f site.Finding) site.Finding {
	if f.File == d.Source {
		f.File, f.Line = d.Place(f.Line)
	}
	return f
}

// Includes says whether parts of the text stand in other files.
func (d *Document) Includes() bool { return len(d.files) > 0 }

// include puts the answers in the place of the blocks that ask for them. That is
// done before anything is parsed: what is shown is a text like any other, with
// headings, references and links.
func (d *Document) include(body []byte, options *Options) []byte {
	var out bytes.Buffer
	var fence string  // that is open
	var answer Answer // of the block that is open, if it asks for something
	var language string
	asked := 0 // where its text begins
	kept, line, keptLine := 0, d.lineOffset+1, d.lineOffset+1
	keep := func(upto int) {
		if upto > kept {
			d.stretches = append(d.stretches, stretch{start: out.Len(), line: keptLine, file: d.byteOffset + kept})
			out.Write(body[kept:upto])
		}
	}
	begun, begunLine := 0, 0
	for at := 0; at < len(body); line++ {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		marker, info := fenceOf(string(body[at:end]))
		switch {
		case fence == "" && marker != "":
			fence = marker
			language, _, _ = strings.Cut(info, " ")
			if answer = options.answer(language); answer != nil {
				asked, begun, begunLine = end, at, line
			}
		case fence != "" && strings.HasPrefix(marker, fence) && info == "":
			fence = ""
			if answer == nil {
				break
			}
			passages, err := answer(d.Source, string(body[asked:at]))
			if err == nil && out.Len()+length(passages) > maxIncluded {
				err = errTooMuch
			}
			if err != nil {
				if language == "slo" {
					d.find(begunLine, "objective", "the objectives are asked for what they do not have: "+err.Error(), "correct the block; it asks for a table of objectives, alerts or metrics")
				} else {
					d.find(begunLine, "ledger-request", "the ledger is asked for what it does not have: "+err.Error(), "correct the block; it asks for entries, table or tests")
				}
				break
			}
			keep(begun)
			d.take(&out, passages, begunLine)
			kept, keptLine = end, line+1
		}
		at = end
	}
	if d.stretches == nil {
		return body
	}
	keep(len(body))
	return out.Bytes()
}

// answer is what answers blocks of a language, nil for code in any other.
func (o *Options) answer(language string) Answer {
	switch language {
	case "ledger":
		return o.Ledger
	case "slo":
		return o.Objectives
	}
	return nil
}

// maxIncluded bounds a text with all that it asks for: a short text can ask for much,
// and often.
const maxIncluded = 4 << 20

var errTooMuch = errors.New("with it the text would be too long")

func length(passages []site.Passage) (bytes int) {
	for _, p := range passages {
		bytes += len(p.Text)
	}
	return bytes
}

// take adds passages that are shown on a line of the source.
func (d *Document) take(out *bytes.Buffer, passages []site.Passage, line int) {
	d.stretches = append(d.stretches, stretch{start: out.Len(), line: line, file: -1})
	out.WriteByte('\n')
	for _, p := range passages {
		at := line
		if p.File != "" {
			n := slices.Index(d.files, p.File)
			if n < 0 {
				n, d.files = len(d.files), append(d.files, p.File)
			}
			at = (n+1)*elsewhere + p.Line
		}
		d.stretches = append(d.stretches, stretch{start: out.Len(), line: at, file: -1})
		out.WriteString(p.Text)
	}
	out.WriteByte('\n')
}

// fenceOf gives the marks and the rest of a line that opens or closes a block of
// code.
func fenceOf(line string) (marker, info string) {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || text == "" || text[0] != '`' && text[0] != '~' {
		return "", ""
	}
	n := len(text) - len(strings.TrimLeft(text, text[:1]))
	info = strings.TrimSpace(text[n:])
	if n < 3 || text[0] == '`' && strings.Contains(info, "`") {
		return "", ""
	}
	return text[:n], info
}

func (d *Document) stretchAt(offset int) stretch {
	i := sort.Search(len(d.stretches), func(i int) bool { return d.stretches[i].start > offset })
	return d.stretches[max(i-1, 0)]
}

func (d *Document) lineInStretch(offset int) int {
	p := d.stretchAt(offset)
	return p.line + sort.SearchInts(d.newlines, offset) - sort.SearchInts(d.newlines, p.start)
}

// offsetInFile is the place in the source of an offset in the body.
func (d *Document) offsetInFile(offset int) (at int, ok bool) {
	if len(d.stretches) == 0 {
		return d.byteOffset + offset, true
	}
	p := d.stretchAt(offset)
	return p.file + offset - p.start, p.file >= 0
}
