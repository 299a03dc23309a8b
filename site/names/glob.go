package names

import (
	"path"
	"strings"
)

// braces writes out a glob with {a,b} in it as one for each choice.
func braces(glob string) []string {
	before, rest, ok := strings.Cut(glob, "{")
	if !ok {
		return []string{glob}
	}
	choices, after, ok := strings.Cut(rest, "}")
	if !ok {
		return []string{glob}
	}
	var all []string
	for _, choice := range strings.Split(choices, ",") {
		all = append(all, braces(before+strings.TrimSpace(choice)+after)...)
	}
	if len(all) > maxChoices {
		return all[:maxChoices]
	}
	return all
}

// maxChoices bounds what a text can make us look for.
const maxChoices = 64

// matchGlob says whether a path is one that a glob stands for.
func matchGlob(glob, file string) bool {
	return matchElements(strings.Split(glob, "/"), strings.Split(file, "/"))
}

func matchElements(globs, elements []string) bool {
	for len(globs) > 0 && globs[0] != "**" {
		if len(elements) == 0 {
			return false
		}
		if ok, _ := path.Match(globs[0], elements[0]); !ok {
			return false
		}
		globs, elements = globs[1:], elements[1:]
	}
	if len(globs) == 0 {
		return len(elements) == 0
	}
	for i := range len(elements) + 1 {
		if matchElements(globs[1:], elements[i:]) {
			return true
		}
	}
	return false
}

// fixed is the folder below which all that a glob stands for lies.
func fixed(glob string) string {
	elements := strings.Split(glob, "/")
	n := 0
	for n < len(elements)-1 && !strings.ContainsAny(elements[n], `*?[\`) {
		n++
	}
	if n == 0 {
		return "."
	}
	return strings.Join(elements[:n], "/")
}
