package pdftest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// File joins objects, from number 1, which is the catalog, and their table.
func File(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xd3\xeb\xe9\xe1\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d\n/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// Printed is a file of empty pages with destinations on them.
func Printed(pages int, destinations map[string]int) []byte {
	var dests, kids strings.Builder
	for _, id := range slices.Sorted(maps.Keys(destinations)) {
		fmt.Fprintf(&dests, "/%s [%d 0 R /XYZ 0 0 0] ", id, destinations[id]+2)
	}
	objects := []string{"", ""}
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
		objects = append(objects, "<</Type /Page>>")
	}
	objects[0] = "<</Type /Catalog /Pages 2 0 R /Dests <<" + dests.String() + ">>>>"
	objects[1] = "<</Type /Pages /Kids [" + kids.String() + "]>>"
	return File(objects...)
}
