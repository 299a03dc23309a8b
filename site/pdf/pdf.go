// Package pdf reads what a browser has printed: how many pages it has, and on which of
// them each destination of a link lies.
//
// It reads the form that Chromium writes, a plain table of objects, and says so of any
// other. A damaged file is an error: nothing in it makes the reader panic, follow a
// circle, or take more memory than [MaxSize] allows. Package pdftest reads the words.
package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// MaxSize bounds a file, and each stream in it, in bytes.
const MaxSize = 256 << 20

// ErrForm is the error for a file that is not as Chromium writes it.
var ErrForm = errors.New("not a PDF as Chromium writes it")

// File is a PDF.
type File struct {
	data    []byte
	offsets []int // of objects, by number; 0: none
	catalog Dict
	pages   []Dict
	numbers map[Ref]int // of pages, from 1
}

// Read reads the table of objects, the catalog and the tree of pages.
func Read(data []byte) (*File, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("read PDF: it has more than %d MiB", MaxSize>>20)
	}
	f := &File{data: data, numbers: make(map[Ref]int)}
	trailer, err := f.readTable()
	if err != nil {
		return nil, fmt.Errorf("read PDF: %w", err)
	}
	f.catalog = f.Dict(trailer["Root"])
	if err := f.walk(f.catalog["Pages"], 0); err != nil {
		return nil, fmt.Errorf("read PDF: %w", err)
	}
	if len(f.pages) == 0 {
		return nil, fmt.Errorf("read PDF: %w: it has no pages", ErrForm)
	}
	return f, nil
}

// readTable reads where objects stand, and the trailer behind that table.
func (f *File) readTable() (Dict, error) {
	at := bytes.LastIndex(f.data, []byte("startxref"))
	if at < 0 {
		return nil, fmt.Errorf("%w: it has no table of objects", ErrForm)
	}
	s := scanner{data: f.data, at: at + len("startxref")}
	start, _ := s.value(0).(float64)
	s.at = int(start)
	if s.at < 0 || s.at >= len(f.data) || s.word() != "xref" {
		return nil, fmt.Errorf("%w: its objects are not in a plain table", ErrForm)
	}
	for {
		first, err := strconv.Atoi(s.word())
		if err != nil {
			break // the word is "trailer"
		}
		count, err := strconv.Atoi(s.word())
		if err != nil || first < 0 || count < 0 || first+count > len(f.data)/8 {
			return nil, fmt.Errorf("%w: its table of objects is damaged", ErrForm)
		}
		for len(f.offsets) < first+count {
			f.offsets = append(f.offsets, 0)
		}
		for i := range count {
			offset, err := strconv.Atoi(s.word())
			s.word() // generation
			if used := s.word(); err != nil || offset < 0 || offset >= len(f.data) {
				return nil, fmt.Errorf("%w: its table of objects is damaged", ErrForm)
			} else if used == "n" {
				f.offsets[first+i] = offset
			}
		}
	}
	trailer, ok := s.value(0).(Dict)
	if !ok {
		return nil, fmt.Errorf("%w: it has no trailer", ErrForm)
	}
	return trailer, nil
}

// walk lists the pages below a node of the tree.
func (f *File) walk(node any, depth int) error {
	if depth > 40 {
		return fmt.Errorf("%w: its tree of pages has no end", ErrForm)
	}
	d := f.Dict(node)
	if kids, ok := f.Value(d["Kids"]).([]any); ok {
		for _, kid := range kids {
			if err := f.walk(kid, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	ref, ok := node.(Ref)
	if _, again := f.numbers[ref]; !ok || again || d["Type"] != Name("Page") {
		return fmt.Errorf("%w: its tree of pages is damaged", ErrForm)
	}
	f.pages = append(f.pages, d)
	f.numbers[ref] = len(f.pages)
	return nil
}

// Pages is how many pages there are.
func (f *File) Pages() int { return len(f.pages) }

// Page is what is written of a page, from 1.
func (f *File) Page(n int) Dict { return f.pages[n-1] }

// Destinations says on which page, from 1, each place lies to which a link of the file
// leads. Chromium names a place by the id of the element.
func (f *File) Destinations() map[string]int {
	found := make(map[string]int)
	for name, value := range f.Dict(f.catalog["Dests"]) {
		place := f.Value(value)
		if d, ok := place.(Dict); ok {
			place = f.Value(d["D"])
		}
		if list, ok := place.([]any); ok && len(list) > 0 {
			if page, ok := list[0].(Ref); ok && f.numbers[page] > 0 {
				found[name] = f.numbers[page]
			}
		}
	}
	return found
}

// Value follows a reference to what it stands for; anything else is itself.
func (f *File) Value(v any) any {
	for range 8 {
		ref, ok := v.(Ref)
		if !ok {
			return v
		}
		v = f.object(ref)
	}
	return nil
}

// Dict is a dictionary, that of a stream too, or nil.
func (f *File) Dict(v any) Dict {
	d, _ := f.Value(v).(Dict)
	return d
}

func (f *File) object(ref Ref) any {
	s, ok := f.at(ref)
	if !ok {
		return nil
	}
	return s.value(0)
}

// at is a scanner behind the words that begin an object.
func (f *File) at(ref Ref) (scanner, bool) {
	if int(ref) >= len(f.offsets) || f.offsets[ref] == 0 {
		return scanner{}, false
	}
	s := scanner{data: f.data, at: f.offsets[ref]}
	number := s.word()
	s.word()
	return s, number == strconv.Itoa(int(ref)) && s.word() == "obj"
}

// Stream is the content of a stream, unpacked.
func (f *File) Stream(v any) ([]byte, error) {
	ref, ok := v.(Ref)
	s, found := f.at(ref)
	if !ok || !found {
		return nil, fmt.Errorf("%w: no stream is there", ErrForm)
	}
	d, _ := s.value(0).(Dict)
	length, ok := f.Value(d["Length"]).(float64)
	if s.word() != "stream" || !ok {
		return nil, fmt.Errorf("%w: no stream is there", ErrForm)
	}
	start := s.at + 1
	if bytes.HasPrefix(f.data[s.at:], []byte("\r\n")) {
		start++
	}
	if !(length >= 0 && length <= float64(len(f.data)-start)) {
		return nil, fmt.Errorf("%w: a stream ends behind the file", ErrForm)
	}
	raw := f.data[start : start+int(length)]
	if d["Filter"] == nil {
		return raw, nil
	}
	if d["Filter"] != Name("FlateDecode") {
		return nil, fmt.Errorf("%w: a stream is packed by %v", ErrForm, d["Filter"])
	}
	r, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("unpack stream: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxSize))
	if err != nil {
		return nil, fmt.Errorf("unpack stream: %w", err)
	}
	return plain, nil
}
