// Package milestone asks a design the questions of its five steps: pick the hard
// problem; design for scale and failure; make it observable and cost it; record
// decisions; prototype the risk.
//
// Each question is a [check] over facts that the build has read from the sources.
// Nothing is ticked by hand, so a chapter that loses its last computed number, or a
// failure mode that loses its test, takes the answer with it.
//
// Chapters say what they are about in their front matter:
//
//	part: caching
//	part: [partitioning, hotspots]
//
// The first part is the whole text. Each further one is the section whose heading
// has that name in it, or the whole text if there is none. A section that is empty,
// or that still holds the guidance of the skeleton (a quotation that begins "A good
// answer:"), is not answered.
package milestone
