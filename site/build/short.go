package build

import "fmt"

// shortPaths are the addresses under which people look for decision n.
func shortPaths(n int) []string {
	return []string{fmt.Sprintf("/adr/%d/", n), fmt.Sprintf("/adr/%04d/", n)}
}
