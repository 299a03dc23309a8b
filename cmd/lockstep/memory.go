package main

import (
	"os"
	"runtime/debug"
)

// enough is how much memory a build, or a server of a site, takes before it collects
// garbage more often than percent asks for, in bytes. What thousands of pages hold stays
// well below it; what is garbage meanwhile would not.
const enough = 768 << 20

// largeSite is how many pages have a heap whose collection is felt.
const largeSite = 500

// collect lets garbage gather up to percent of what is held, while there is enough
// memory. GOMEMLIMIT says otherwise.
func collect(percent int) {
	debug.SetGCPercent(percent)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(enough)
	}
}
