// Package run is a run of the laboratory inside a text: what the fence says, what was
// recorded of the run, the picture that a page shows of it, and the link that repeats
// it in the laboratory.
//
//	```run scenario=cut-off lanes=quorum,leader at=4.2s loses=leader keeps=quorum caption="…"
//	```
//
// Nothing in a picture is typed in. A recording is made by running the seed and asking
// the exact judge; the chats of the picture are those of the frame at the moment, and
// the verdict is the judge's. What a caption claims is held against the recording: its
// figures are links to recorded values, and what it says of lanes stands in loses,
// moves and keeps. Whether the recording is what the program does today is found by
// running the seed again (lockstep lab record --check): a trace is a hash over all
// that happened, so equal traces are equal runs.
//
// A figure is named by its scenario, seed and moment, which is counted from the
// beginning of the story.
package run
