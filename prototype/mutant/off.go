//go:build !mutants

package mutant

// On says whether a mutant is alive; see the package comment.
func On(Mutant) bool { return false }
