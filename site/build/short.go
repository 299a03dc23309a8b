package build

import "fmt"

// shortPaths are the addresses under which people look for decision n of a log.
func shortPaths(log string, n int) []string {
	return []string{fmt.Sprintf("%s%d/", log, n), fmt.Sprintf("%s%04d/", log, n)}
}
