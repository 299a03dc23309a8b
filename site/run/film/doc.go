// Package film draws a run of the laboratory as an animated picture, for a talk: what
// members see in some lanes, frame by frame, and how the lane stands. It reads the frames
// that the laboratory's page shows, so the film shows what a reader of the page sees.
//
// The same frames give the same bytes.
package film
