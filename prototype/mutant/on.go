//go:build mutants

package mutant

import (
	"os"
	"sync/atomic"
)

var alive atomic.Pointer[Mutant]

func init() { Set(Mutant(os.Getenv("LOCKSTEP_MUTANT"))) }

// Set brings one mutant to life, in the whole process, and ends the one before;
// the empty one is none.
func Set(m Mutant) { alive.Store(&m) }

// On says whether a mutant is alive. It may be asked from any goroutine.
func On(m Mutant) bool { return *alive.Load() == m }
