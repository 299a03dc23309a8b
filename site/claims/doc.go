// Package claims judges what a text says against what stands behind it.
//
// A site whose numbers are links to a model or to a recorded run can still be
// wrong around them: a number that nobody linked, a sentence that says "killed or
// paused" of a run in which nothing was paused, a median of 103 values beside one
// of 200, a "not yet" that was never looked at again, a decision that is called
// accepted and is not, "three times quicker" beside no two figures. Each of these is one check
// here, and lockstep.yaml switches it on:
//
//	claims:
//	  allow: content/claims.yaml        # what has a ground that no check can see
//	  numbers:                          # a number with a unit needs a ground, a comparison
//	    in: [README.md, docs]           # its two values, a word for a status that status
//	    things: [nodes, shards]         # and so does a count of these
//	  waiting: {in: [docs], phrases: [not yet]}
//	  words:
//	    - {evidence: torture, word: "pause[ds]?|frozen", field: failures.pause, when: "= 0"}
//	  evidence: {torture: [prototype/node]}  # the code that a run judges
//
// An entry of the file of allowances names a file, a text in it and the reason why that
// needs no link. If the code fixes its number, code names the constant, and the two are
// compared:
//
//   - {file: docs/a.md, text: a beat every 30 ms, reason: set in the code, code: node/link.BeatEvery}
//
// A text is a list of statements, which package markdown cuts: the checks know
// sentences and rows, and nothing of Markdown. That a number agrees with its value
// is for package model; how old evidence is, for package build, which knows git.
package claims
