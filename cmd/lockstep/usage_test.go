package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// everyVerb calls f with each command of the program.
func everyVerb(f func(*cobra.Command)) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		f(c)
		for _, verb := range c.Commands() {
			walk(verb)
		}
	}
	walk(newRootCommand())
}

// ran runs a command line and gives what it printed, on both.
func ran(ctx context.Context, line ...string) (code int, out string) {
	var b bytes.Buffer
	code = run(ctx, line, strings.NewReader(""), &b, &b)
	return code, b.String()
}

// TestHelp_width: no line of any help is wider than a terminal.
func TestHelp_width(t *testing.T) {
	everyVerb(func(c *cobra.Command) {
		if c.Name() == "completion" || c.Parent() != nil && c.Parent().Name() == "completion" {
			return // the library's words
		}
		_, out := ran(t.Context(), append(strings.Fields(c.CommandPath())[1:], "--help")...)
		if !strings.Contains(out, "Usage:") {
			t.Errorf("%s --help prints %q", c.CommandPath(), out)
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("%s --help has a line of %d characters: %s", c.CommandPath(), n, line)
			}
		}
	})
}

// TestUsage_words: a word that no verb is, at whatever level, and a word too many are
// refused as a line that makes no sense.
func TestUsage_words(t *testing.T) {
	everyVerb(func(c *cobra.Command) {
		if c.Name() == "help" || c.Name() == "completion" || c.Parent() != nil && c.Parent().Name() == "completion" {
			return
		}
		if err := c.Args(c, []string{}); err != nil && !c.HasSubCommands() {
			return // it wants arguments, and says of itself which
		}
		if c.Args(c, []string{"zzzzzz", "yyyyyy", "xxxxxx"}) == nil {
			return
		}
		line := append(strings.Fields(c.CommandPath())[1:], "zzzzzz", "yyyyyy", "xxxxxx")
		if code, out := ran(t.Context(), line...); code != exitUsage || !strings.Contains(out, "try: "+c.CommandPath()) {
			t.Errorf("%v: exit %d, %q", line, code, out)
		}
	})
	for _, tt := range []struct{ line, want string }{
		{"review chekc", "try: lockstep review check"},
		{"biuld", "try: lockstep build"},
		{"new adrr", "try: lockstep new adr"},
		{"build --jsno", "try: lockstep build --json"},
		{"review list --jsonn", "try: lockstep review list --json"},
		{"build extra", "try: lockstep build --help"},
		{"review apply one", "lockstep review apply"},
	} {
		if code, out := ran(t.Context(), strings.Fields(tt.line)...); code != exitUsage || !strings.Contains(out, tt.want) {
			t.Errorf("%s: exit %d, %q, want %q", tt.line, code, out, tt.want)
		}
	}
}

// TestInterrupt: an interrupted build says what it left, and leaves that.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# A page\n\nText.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := ran(t.Context(), "build", "--dir", dir); code != 0 {
		t.Fatal(out)
	}
	page := filepath.Join(dir, "public", "index.html")
	before, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# A page\n\nOther text.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	code, out := ran(interrupted, "build", "--dir", dir)
	if code != exitInterrupted || !strings.Contains(out, "interrupted: nothing was written") {
		t.Errorf("exit %d, %q", code, out)
	}
	if after, err := os.ReadFile(page); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the tree that was there was altered: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "public?*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestComplete: shells are told the values of flags that take one of a few words, and
// the verbs take each of them.
func TestComplete(t *testing.T) {
	flags := map[string]bool{}
	everyVerb(func(c *cobra.Command) {
		for name, values := range valuesOf {
			if c.Flags().Lookup(name) == nil {
				continue
			}
			flags[name] = true
			line := append([]string{"__complete"}, strings.Fields(c.CommandPath())[1:]...)
			_, out := ran(t.Context(), append(line, "--"+name, "")...)
			var got []string
			for line := range strings.Lines(out) {
				if line = strings.TrimSpace(line); line == ":4" {
					break
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(values())), slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("%s --%s (-has +completed):\n%s", c.CommandPath(), name, diff)
			}
		}
	})
	for name := range valuesOf {
		if !flags[name] {
			t.Errorf("no verb has the flag --%s", name)
		}
	}
	// :16 asks the shell for folders, :0 for files.
	for line, want := range map[string]string{"build --out": ":16", "serve --data": ":16", "check --dir": ":16", "torture --out": ":0"} {
		if _, out := ran(t.Context(), append(append([]string{"__complete"}, strings.Fields(line)...), "")...); !strings.Contains(out, want+"\n") {
			t.Errorf("%s completes by %q, want %s", line, out, want)
		}
	}
	for _, format := range valuesOf["format"]() {
		if findingFormats[format] == nil {
			t.Errorf("the format %s is offered and unknown", format)
		}
	}
}

// TestVersion: both ways of asking give the same, and a program can read it.
func TestVersion(t *testing.T) {
	_, verb := ran(t.Context(), "version")
	_, flag := ran(t.Context(), "--version")
	if verb != flag || !strings.Contains(verb, "commit ") {
		t.Errorf("version: %q, --version: %q", verb, flag)
	}
	_, out := ran(t.Context(), "version", "--json")
	var v version
	if err := json.Unmarshal([]byte(out), &v); err != nil || v != builtFrom() {
		t.Errorf("%q: %v", out, err)
	}
}

// TestManual: each verb has its page, with its flags.
func TestManual(t *testing.T) {
	dir := t.TempDir()
	if code, out := ran(t.Context(), "man", dir); code != 0 {
		t.Fatal(out)
	}
	everyVerb(func(c *cobra.Command) {
		if c.Name() == "help" || c.Hidden || c.Parent() != nil && c.Parent().Name() == "help" {
			return
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		if c.Flags().Lookup("dir") != nil && !strings.Contains(string(page), `\-\-dir`) && !strings.Contains(string(page), `--dir`) {
			t.Errorf("%s does not name --dir", name)
		}
	})
}
