//go:build browser

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"lockstep/site/pdf/pdftest"
)

// TestBrowserEdition prints somebody's repository as a PDF. Each number of the contents
// is that of the sheet on which the heading is read, each "ADR-0004, page 31" that of
// the sheet on which the decision begins, and no link leads to this machine.
func TestBrowserEdition(t *testing.T) {
	t.Setenv("LOCKSTEP_BROWSER", browserPath(t))
	var files []string
	for i := range 6 {
		var text strings.Builder
		fmt.Fprintf(&text, "# Chapter of %s\n\n", words[i])
		for j := range 4 {
			fmt.Fprintf(&text, "## Heading %s %s\n\n%s\n\nSee ADR-%04d.\n\n", words[i], words[j], strings.Repeat("Some words that fill a line of this sheet. ", 20+90*((i+j)%3)), 1+(i+j)%4)
		}
		files = append(files, fmt.Sprintf("docs/%02d-%s.md", i, words[i]), text.String())
	}
	for i := range 4 {
		files = append(files, fmt.Sprintf("docs/adr/%04d-%s.md", i+1, words[i]), fmt.Sprintf("# %d. Use %s\n\nDate: 2026-01-0%d\n\n## Status\n\nAccepted\n\n## Context\n\n[Here](../00-%s.md).\n\n## Decision\n\nYes.\n\n## Consequences\n\nGood.\n", i+1, words[i], i+1, words[0]))
	}
	out := filepath.Join(t.TempDir(), "out")
	if code, _, stderr := lockstep(t, "build", "--dir", repository(t, files...), "--out", out, "--pdf"); code != 0 {
		t.Fatal(stderr)
	}
	data, err := os.ReadFile(filepath.Join(out, "edition", "edition.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "127.0.0.1") {
		t.Error("a link of the PDF leads to this machine")
	}
	file := pdftest.Read(t, data)
	sheets := pdftest.Pages(t, file)
	entries := contents(t, get(t, out, "edition", "index.html"))
	if len(entries) < 6*5+4 {
		t.Fatalf("the contents have %d entries: %q", len(entries), entries)
	}
	// The sheets of the contents are those before the first chapter; letters have no
	// blanks between them.
	last := 0
	for last < len(sheets) && !strings.Contains(sheets[last].Text, "Somewordsthatfill") {
		last++
	}
	var listed strings.Builder
	for _, sheet := range sheets[:last] {
		listed.WriteString(sheet.Text)
	}
	rest := listed.String()
	for i, entry := range entries {
		_, after, found := strings.Cut(rest, entry)
		if !found {
			t.Fatalf("the printed contents have no %q in %q", entry, rest)
		}
		rest = after
		digits := rest
		if i+1 < len(entries) {
			digits, _, _ = strings.Cut(rest, entries[i+1])
		}
		number, err := strconv.Atoi(leadingDigits.FindString(digits))
		if err != nil || number < 1 || number > len(sheets) {
			t.Errorf("%q is on page %q", entry, digits)
			continue
		}
		title := titleOf.ReplaceAllString(entry, "")
		if !strings.Contains(sheets[number-1].Text, title) {
			t.Errorf("%q is not on page %d: %q", title, number, sheets[number-1].Text)
		}
		// Names of decisions stand in their log too; those of chapters in running heads.
		if begins := !strings.HasPrefix(title, "Use"); begins && number-2 >= last && strings.Contains(sheets[number-2].Text, title) {
			t.Errorf("%q begins before page %d", title, number)
		}
	}
	references := 0
	for _, sheet := range sheets[last:] {
		for _, m := range inPrint.FindAllStringSubmatch(sheet.Text, -1) {
			references++
			number, _ := strconv.Atoi(m[2])
			if number < 1 || number > len(sheets) || !strings.Contains(sheets[number-1].Text, "Use"+words[m[1][0]-'1']) {
				t.Errorf("ADR-000%s is said to be on page %s of %d", m[1], m[2], len(sheets))
			}
		}
	}
	if references < 6 {
		t.Errorf("%d references name a page", references)
	}
}

var (
	words         = []string{"quorum", "gossip", "ledger", "beacon", "fences", "tokens"}
	leadingDigits = regexp.MustCompile(`^\d+`)
	titleOf       = regexp.MustCompile(`^(\d+\.\d+|ADR-\d+)`)
	inPrint       = regexp.MustCompile(`ADR-000(\d),page(\d+)`)
)

// contents are the entries of an edition's contents, without blanks.
func contents(t *testing.T, document string) (entries []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "nav" {
			continue
		}
		for a := range n.Descendants() {
			if a.Data != "a" {
				continue
			}
			var text strings.Builder
			for leaf := range a.Descendants() {
				if leaf.Type == html.TextNode {
					text.WriteString(leaf.Data)
				}
			}
			entries = append(entries, strings.Join(strings.Fields(text.String()), ""))
		}
	}
	return entries
}
