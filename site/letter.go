package site

// Letter is a part of an index from A to Z. Where the index fills many pages, each
// letter has one, and Path is its address.
type Letter struct {
	Name    string // "A", "0–9", "漢"
	ID      string // of its heading
	Path    string // "" if its entries stand here
	Entries []IndexEntry
	Count   int // of entries, here or there
}

// IndexEntry leads from a name to what has it.
type IndexEntry struct {
	Name string
	What string // what it is: "ADR-0007", "Glossary", "Tag"
	To   string // rooted path, with the id of a place on the page; "" for a tag
	// Pages are those of a tag.
	Pages []*Page
}
