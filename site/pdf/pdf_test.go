package pdf_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/pdf"
	"lockstep/site/pdf/pdftest"
)

func stream(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return fmt.Sprintf("<</Filter /FlateDecode\n/Length %d>> stream\n%s\nendstream", b.Len(), b.String())
}

func two() []byte {
	return pdftest.File(
		"<</Type /Catalog /Pages 2 0 R /Dests <</first [4 0 R /XYZ 0 700 0] /a#2fb [5 0 R /XYZ 0 1 0] /gone [9 0 R /XYZ 0 0 0]>>>>",
		"<</Type /Pages /Count 2 /Kids [3 0 R 5 0 R]>>",
		"<</Type /Pages /Count 1 /Kids [4 0 R]>>",
		"<</Type /Page /Contents 6 0 R /Resources <</Font <</F4 7 0 R>>>>>>",
		"<</Type /Page /Contents 6 0 R /Note (a \\(b\\) \\101 (c)) /Hex <4 1 4>>>",
		stream("BT /F4 10 Tf <0001> Tj 3 0 Td [<0002> -20 <0005>] TJ ET 0 0 m 1 1 l S"),
		"<</Type /Font /Subtype /Type0 /ToUnicode 8 0 R>>",
		stream("2 beginbfchar <0001> <0048> <0002> <D83DDE80> endbfchar 1 beginbfrange <0004> <0006> <0061> endbfrange"),
	)
}

func TestRead(t *testing.T) {
	f := pdftest.Read(t, two())
	if diff := cmp.Diff(map[string]int{"first": 1, "a/b": 2}, f.Destinations()); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
	if note, code := f.Page(2)["Note"], f.Page(2)["Hex"]; note != "a (b) A (c)" || code != "A@" {
		t.Errorf("texts are read as %q and %q", note, code)
	}
	if diff := cmp.Diff([]pdftest.Page{{Text: "H🚀b", Drawn: 1}, {Drawn: 1}}, pdftest.Pages(t, f)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// TestReadDamaged: a file of another form says so, and none makes the reader panic or
// run for ever.
func TestReadDamaged(t *testing.T) {
	whole := two()
	for name, data := range map[string]string{
		"empty":             "",
		"no table":          "%PDF-1.5\nstartxref\n5\n%%EOF",
		"no pages":          string(pdftest.File("<</Type /Catalog>>")),
		"a circle of pages": string(pdftest.File("<</Pages 2 0 R>>", "<</Kids [2 0 R 2 0 R]>>")),
		"the same page":     string(pdftest.File("<</Pages 2 0 R>>", "<</Kids [3 0 R 3 0 R]>>", "<</Type /Page>>")),
		"deep":              string(pdftest.File("<</Pages " + strings.Repeat("[", 1<<16) + ">>")),
	} {
		if _, err := pdf.Read([]byte(data)); !errors.Is(err, pdf.ErrForm) {
			t.Errorf("%s: %v, want that the form is not known", name, err)
		}
	}
	for i := range whole {
		cut := whole[:i]
		changed := bytes.Clone(whole)
		changed[i] ^= 0x15
		for _, data := range [][]byte{cut, changed} {
			f, err := pdf.Read(data)
			if err != nil {
				continue
			}
			f.Destinations()
			for n := range f.Pages() {
				if content, err := f.Stream(f.Page(n + 1)["Contents"]); err == nil {
					pdf.Each(content, func(any) {})
				}
			}
		}
	}
}
