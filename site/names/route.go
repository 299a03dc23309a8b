package names

import "strings"

// route is a definition with slashes in it, such as "GET /v1/members/{member}". In it,
// and in what a text writes, some elements of the path stand for others.
type route struct {
	name     string
	method   string // "" if there is none
	elements []string
	place    Place
}

func newRoute(name string, place Place) route {
	r := route{name: name, place: place}
	address := name
	if method, rest, ok := strings.Cut(name, " "); ok {
		r.method, address = method, rest
	}
	address, _, _ = strings.Cut(address, "?")
	r.elements = strings.Split(strings.Trim(strings.TrimSuffix(address, "{$}"), "/"), "/")
	return r
}

// means says whether what a text writes is this route. Without a method, any is meant.
func (r route) means(written route) bool {
	if written.method != "" && r.method != "" && written.method != r.method {
		return false
	}
	for i, element := range r.elements {
		if strings.HasSuffix(element, "...}") {
			return len(written.elements) >= i
		}
		if i >= len(written.elements) {
			return false
		}
		if other := written.elements[i]; element != other && !stands(element) && !stands(other) {
			return false
		}
	}
	return len(r.elements) == len(written.elements)
}

// stands says whether an element stands for others: {id}, <id>, :id, $ID, ROOM, ….
func stands(element string) bool {
	if element == "" {
		return false
	}
	return strings.ContainsAny(element[:1], "{<:$*") || element == "…" || element == "..." || isPlaceholder(element)
}

// isPlaceholder: capitals alone, as manuals write what a reader is to put there.
func isPlaceholder(word string) bool {
	if len(word) == 0 || word == "README" || word == "LICENSE" {
		return false
	}
	for _, c := range word {
		if (c < 'A' || c > 'Z') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
