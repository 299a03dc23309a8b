package markdown

import (
	"testing"

	"lockstep/site"
)

// TestHidden: what Obsidian hides is reported once, with the line where it begins; other
// signs of percent, and those in code, are not.
func TestHidden(t *testing.T) {
	for src, line := range map[string]int{
		"a %%b%% c":                       1,
		"a\n\n%% b *c* d %%\n\n%%e%%":     3,
		"%%50% is done%%":                 1,
		"a\n\n%%\nb\n%%":                  3,
		"a\n\n%%\n\nb\n\n- c\n\n%%\n":     3,
		"%%\nb %%":                        1,
		"- %%b%%":                         1,
		"> a\n> %%b\n> c%%":               2,
		"":                                0,
		"`%%b%%` %% c":                    0,
		"```\n%%b%%\n```\n\n    %%b%%":    0,
		"<code>%%b%%</code> %%":           0,
		"100%% to 200%%, %%d or %%s":      0,
		"%%%b%%%":                         0,
		"%% b\n\nc %%":                    0,
		"```mermaid\n%%{init: {}}%%\n```": 0,
		"$%%b%%$":                         0,
		"\\%%b%%":                         0,
		"<!-- %%b%% -->":                  0,
	} {
		got, n := 0, 0
		for _, f := range New(Options{}).Parse("x.md", []byte(src), site.KindDocument).Findings {
			if f.Rule == "dialect" && f.Mend == "write it between <!-- and -->, or as code between backticks" {
				got, n = f.Line, n+1
			}
		}
		if got != line || n > 1 {
			t.Errorf("%q: %d findings, line %d, want %d", src, n, got, line)
		}
	}
}
