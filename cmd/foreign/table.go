package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where things lie, from the root of this repository.
const (
	here         = "cmd/foreign"
	contributing = "CONTRIBUTING.md"
	head         = "| Repository at commit | Markdown files | Pages | Not read | Findings | Judged right | Seconds | of processor | MB at most |\n"
)

// table is the rows as Markdown.
func table(rows []row) string {
	var b strings.Builder
	b.WriteString(head + "|---|--:|--:|---|--:|--:|--:|--:|--:|\n")
	for _, r := range rows {
		var reasons []string
		for _, reason := range slices.Sorted(maps.Keys(r.NotRead)) {
			reasons = append(reasons, fmt.Sprintf("%d %s", r.NotRead[reason], reason))
		}
		fmt.Fprintf(&b, "| %s at %s | %d | %d | %s | %d | %d | %.1f | %.1f | %d |\n",
			r.Repository, r.Commit, r.Files, r.Pages, strings.Join(reasons, "; "), r.Findings, r.Right, r.Seconds, r.Processor, r.Memory)
	}
	return b.String()
}

// replaceTable puts a table in the place of the one that a text has.
func replaceTable(text, table string) (string, error) {
	before, rest, ok := strings.Cut(text, head)
	if !ok {
		return "", fmt.Errorf("%s has no table that begins with %q", contributing, strings.TrimSpace(head))
	}
	for strings.HasPrefix(rest, "|") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return before + table + rest, nil
}

// record keeps the rows, and puts their table into the text.
func record(rows []row) error {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(rows); err != nil {
		return err
	}
	text, err := os.ReadFile(contributing)
	if err != nil {
		return err
	}
	changed, err := replaceTable(string(text), table(rows))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(here, "recorded.json"), data.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(contributing, []byte(changed), 0o644)
}
