package build

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lockstep/site/markdown"
)

// Element is what a file or folder is called in addresses. It is never empty: a
// name without a letter is spelled by its code points. Names that a file system
// shows alike give the same element.
func Element(name string) string {
	name = norm.NFC.String(name)
	if s := markdown.Slug(name); s != "" {
		return s
	}
	var points []string
	for _, r := range name {
		if points = append(points, fmt.Sprintf("u%x", r)); len(points) == maxPoints {
			break
		}
	}
	if len(points) == 0 {
		return "page"
	}
	return strings.Join(points, "-")
}

// maxPoints bounds what a name without letters gives.
const maxPoints = 12

// slug is Element for a file, without its extension and without the number that
// only says its place.
func slug(name string) string {
	full := stem(name)
	if s := markdown.Slug(norm.NFC.String(orderPrefix.ReplaceAllString(full, ""))); s != "" {
		return s
	}
	return Element(full)
}

// slugPath is Element for each part of a path.
func slugPath(p string) string {
	elements := strings.Split(p, "/")
	for i, e := range elements {
		elements[i] = Element(e)
	}
	return strings.Join(elements, "/")
}

// addressKey is the same for addresses that a host may take for one: some file
// systems ignore case, some the way in which an accent is encoded.
func addressKey(address string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFD.String(address)))
}

// stem is a name without its extension: of what becomes HTML elsewhere, "x.html.md",
// without both.
func stem(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, path.Ext(name)), ".html")
}

func itoa(n int) string { return strconv.Itoa(n) }

// folderSlug is slug for a folder, whose name has no extension.
func folderSlug(name string) string {
	if s := markdown.Slug(norm.NFC.String(orderPrefix.ReplaceAllString(name, ""))); s != "" {
		return s
	}
	return Element(name)
}
