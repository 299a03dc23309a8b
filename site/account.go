package site

import (
	"fmt"
	"slices"
	"strings"
)

// Account says what became of every text of a repository: which page it is, or
// why it is none. Nothing is left out of it, so that a text that readers miss is
// found here.
type Account struct {
	Markdown int `json:"markdown"` // Markdown files below the root
	Pages    int `json:"pages"`    // of them, those that are pages
	NotRead  int `json:"notRead"`  // of them, the others
	// Others counts texts in other languages, by the end of their names.
	Others  map[string]int `json:"others,omitempty"`
	Reasons map[string]int `json:"reasons,omitempty"` // how many texts are no page, by reason
	Closed  []string       `json:"closed,omitempty"`  // folders that nobody looked into, sorted
	// NoStatus is how many decisions state no status, which is theirs to leave out.
	NoStatus int `json:"noStatus,omitempty"`
	// Dialects counts the pages that use each way to write that plain Markdown does not
	// know.
	Dialects map[string]int `json:"dialects,omitempty"`
	Files    []Accounted    `json:"files"` // by name
}

// Accounted is what became of one text.
type Accounted struct {
	File   string `json:"file"`
	Page   string `json:"page,omitempty"`   // the path of its page
	Reason string `json:"reason,omitempty"` // why it has none
	Other  string `json:"-"`                // its language, if that is not Markdown
	Within bool   `json:"within,omitempty"` // it lies in a folder of texts or records
}

// NewAccount counts. Files is taken over.
func NewAccount(files []Accounted, closed []string) *Account {
	a := &Account{Files: files, Closed: closed, Others: make(map[string]int), Reasons: make(map[string]int), Dialects: make(map[string]int)}
	slices.SortFunc(a.Files, func(x, y Accounted) int { return strings.Compare(x.File, y.File) })
	slices.Sort(a.Closed)
	for _, f := range a.Files {
		if f.Reason != "" {
			a.Reasons[f.Reason]++
		}
		switch {
		case f.Other != "":
			a.Others[f.Other]++
		case f.Page != "":
			a.Markdown++
			a.Pages++
		default:
			a.Markdown++
			a.NotRead++
		}
	}
	return a
}

// String is the account in one line: "311 Markdown files: 3 pages, 308 not read,
// because 300 are outside …, 8 are templates".
func (a *Account) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", numbered(a.Markdown, "Markdown file"), numbered(a.Pages, "page"))
	if a.NotRead > 0 {
		reasons := make(map[string]int)
		for _, f := range a.Files {
			if f.Reason != "" && f.Other == "" {
				reasons[f.Reason]++
			}
		}
		fmt.Fprintf(&b, ", %d not read, because %s", a.NotRead, listed(reasons, func(reason string, n int) string {
			if n == 1 {
				return "1 is " + reason
			}
			return fmt.Sprintf("%d are %s", n, reason)
		}))
	}
	if len(a.Others) > 0 {
		fmt.Fprintf(&b, "; texts that are not Markdown: %s", listed(a.Others, func(ext string, n int) string { return fmt.Sprintf("%d %s", n, ext) }))
	}
	if a.NoStatus > 0 {
		fmt.Fprintf(&b, "; %s without a status", numbered(a.NoStatus, "decision"))
	}
	if len(a.Dialects) > 0 {
		fmt.Fprintf(&b, "; dialects: %s", listed(a.Dialects, func(dialect string, n int) string { return fmt.Sprintf("%s on %s", dialect, numbered(n, "page")) }))
	}
	if len(a.Closed) > 0 {
		fmt.Fprintf(&b, "; not looked into: %s", strings.Join(a.Closed[:min(len(a.Closed), 5)], ", "))
		if more := len(a.Closed) - 5; more > 0 {
			fmt.Fprintf(&b, " and %s more", numbered(more, "folder"))
		}
	}
	return b.String()
}

func numbered(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// listed puts the most frequent first.
func listed(counts map[string]int, say func(string, int) string) string {
	var keys []string
	for key := range counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	for i, key := range keys {
		keys[i] = say(key, counts[key])
	}
	return strings.Join(keys, ", ")
}
