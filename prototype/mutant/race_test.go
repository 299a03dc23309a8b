//go:build race

package mutant_test

// The race detector's own bookkeeping does not survive hundreds of thousands of
// short-lived goroutines in many bubbles: it ends the process with a failed CHECK
// of its own. The same code runs under it in packages node, cluster and workload.
func init() { underRace = true }
