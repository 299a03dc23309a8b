package names

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mention is a line of the code that names a decision.
type Mention struct {
	ID string // canonical: "ADR-0007"
	Place
	Text string // the line, without what marks it as a comment; "" in files of data
	Test bool   // the file is a test
}

var (
	recordID = regexp.MustCompile(`\bADR[- ]?(\d{1,5})\b`)
	tests    = regexp.MustCompile(`(^|/)tests?/|_test\.\w+$|\.(test|spec)\.\w+$|(^|/)test_[^/]*$`)
)

// comments are what begins a comment, by a file's ending; others have those of C.
var (
	comments = map[string]*regexp.Regexp{}
	slashes  = regexp.MustCompile(`^\s*\*|//|/\*|<!--`)
)

func init() {
	for mark, endings := range map[string][]string{
		`#`:  {"", ".py", ".rb", ".sh", ".bash", ".ps1", ".r", ".jl", ".ex", ".exs", ".nix", ".tf", ".hcl", ".graphql", ".php"},
		`--`: {".sql", ".lua", ".hs"},
		`%`:  {".erl"},
		`;`:  {".clj"},
	} {
		for _, ending := range endings {
			comments[ending] = regexp.MustCompile(mark + `|//|/\*`)
		}
	}
}

// sources are the endings of files in which decisions are named, and data those of
// files that have no comments, so that any line counts.
var (
	sources = []string{".go", ".templ", ".pml", ".tla", ".als", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".vue", ".svelte", ".py", ".rs", ".java", ".kt", ".kts", ".scala", ".groovy",
		".c", ".h", ".cc", ".cpp", ".hpp", ".m", ".swift", ".cs", ".fs", ".rb", ".php", ".ex", ".exs", ".erl", ".hs", ".ml", ".clj", ".lua", ".dart", ".zig", ".r", ".jl",
		".sh", ".bash", ".ps1", ".sql", ".proto", ".graphql", ".tf", ".hcl", ".nix", ".css", ".scss", ".html"}
	dataFiles = []string{".yaml", ".yml", ".json", ".toml"}
)

func isCode(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	// Without an ending, it is a script, a Makefile or the like.
	return ext == "" || slices.Contains(sources, ext) || slices.Contains(dataFiles, ext)
}

const maxMentionText = 160

// mentions are the lines of a file that name a decision in a comment. A name between
// quotes is an example in code about decisions.
func mentions(name string, data []byte) (all []Mention) {
	if !bytes.Contains(data, []byte("ADR")) || bytes.Contains(data[:min(len(data), 400)], []byte("Code generated")) {
		return nil
	}
	data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	comment := cmp.Or(comments[strings.ToLower(path.Ext(name))], slashes)
	isData, line := slices.Contains(dataFiles, strings.ToLower(path.Ext(name))), 0
	for text := range bytes.Lines(data) {
		line++
		seen := make(map[string]bool)
		for _, m := range recordID.FindAllSubmatchIndex(text, -1) {
			if !isData && (!comment.Match(text[:m[0]]) || quoted(text[:m[0]])) {
				continue
			}
			n, err := strconv.Atoi(string(text[m[2]:m[3]]))
			id := fmt.Sprintf("ADR-%04d", n)
			if err == nil && !seen[id] {
				seen[id] = true
				said := ""
				if !isData {
					said = plain(string(text))
				}
				all = append(all, Mention{ID: id, Place: Place{name, line}, Text: said, Test: tests.MatchString(name)})
			}
		}
	}
	return all
}

func quoted(before []byte) bool {
	r, _ := utf8.DecodeLastRune(before)
	return strings.ContainsRune("\"'`“", r)
}

func plain(line string) string {
	line = strings.TrimSpace(line)
	for _, mark := range []string{"//", "#", "/*", "*", "<!--", "--"} {
		line = strings.TrimSpace(strings.TrimPrefix(line, mark))
	}
	line = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(line, "*/"), "-->"))
	if len(line) > maxMentionText {
		cut := maxMentionText
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		line = line[:cut] + "…"
	}
	return line
}
