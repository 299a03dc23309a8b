package search

// headFile is the size from which a file of titles and headings is full, before
// compression.
const headFile = 2 << 10

// headFiles cuts the pages into files: for each page its address, its identifier, its
// title, and for each of its sections the id and the heading. Pages is how many each
// has.
func headFiles(all []*Prepared) (files [][]byte, pages []int) {
	var w writer
	n := 0
	for i, p := range all {
		w.text(p.page.Path)
		w.text(p.page.ID)
		w.text(oneLine(p.page.Title, 300))
		for _, s := range p.page.Sections {
			w.text(s.ID)
			w.text(s.Heading)
		}
		n++
		if w.len() >= headFile || i == len(all)-1 {
			files, pages = append(files, w.zipped()), append(pages, n)
			w, n = writer{}, 0
		}
	}
	return files, pages
}
