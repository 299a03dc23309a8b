package names

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is one kind of name, as lockstep.yaml says it.
type Kind struct {
	// Name is what the kind is called in findings: "metric", "route".
	Name string `yaml:"kind"`
	// From says how definitions are found: "" by Span, Files and Define; "go-tests",
	// "go-commands" and "paths" as the constants say.
	From string `yaml:"from"`
	// Span is a regular expression for the whole of a code span that names one. Its
	// groups, joined by spaces, are the name; without a group all of it is.
	Span string `yaml:"span"`
	// Files are globs of the files that define names: * stands for any part of a
	// file's name, ** for any folders, {a,b} for either.
	Files []string `yaml:"files"`
	// Define are regular expressions, tried on the files' lines. The groups of a match,
	// joined by spaces, are a name.
	Define []string `yaml:"define"`
	// Path is one for the path of a file, whose groups are a name that the file defines by
	// being there.
	Path string `yaml:"path"`
	// Below are folders from which paths may be written, beside the root. For paths.
	Below []string `yaml:"below"`
	// Except are spans that look like names of this kind and are not.
	Except []string `yaml:"except"`

	// Line is where the kind stands in lockstep.yaml.
	Line int `yaml:"-"`

	span   *regexp.Regexp
	define []*regexp.Regexp
	path   *regexp.Regexp
	globs  []string // Files, without braces
}

// Keys are those of a kind in lockstep.yaml.
var Keys = []string{"kind", "from", "span", "files", "define", "path", "below", "except"}

// The ways in which Go and the tree of files are read.
const (
	// GoTests are the functions and methods Test…, Fuzz…, Benchmark… and Example….
	GoTests = "go-tests"
	// GoCommands are programs, their verbs and their flags, as the packages cobra and
	// flag have them.
	GoCommands = "go-commands"
	// Paths are files and folders: spans with a slash that begin with one of them.
	Paths = "paths"
)

var ways = []string{GoTests, GoCommands, Paths}

var testSpan = regexp.MustCompile(`^((?:Test|Fuzz|Benchmark|Example)[A-Z0-9_]\w*)(?:/.*|…|\*|\.\.\.)?$`)

// Compile makes the kind ready. The error says what is wrong with it and how to put it
// right, with a semicolon between.
func (k *Kind) Compile() error {
	if k.Name == "" {
		return fmt.Errorf("a kind of name has no name; write kind: and what it is, such as metric")
	}
	if k.From != "" && !slices.Contains(ways, k.From) {
		return fmt.Errorf("the kind %q is read from %q; write %s, or leave it out and give span, files and define", k.Name, k.From, strings.Join(ways, ", "))
	}
	if k.From == "" && (k.Span == "" || len(k.Files) == 0 || len(k.Define) == 0 && k.Path == "") {
		return fmt.Errorf("the kind %q lacks span, files, or what defines a name (define or path); give all three, or say from: %s", k.Name, strings.Join(ways, ", "))
	}
	if len(k.Files) == 0 && (k.From == GoTests || k.From == GoCommands) {
		k.Files = []string{"**/*.go"}
	}
	k.globs = nil
	for _, glob := range k.Files {
		k.globs = append(k.globs, braces(strings.TrimPrefix(glob, "./"))...)
	}
	var err error
	if k.Span != "" {
		if k.span, err = regexp.Compile(`^(?:` + k.Span + `)$`); err != nil {
			return fmt.Errorf("the span of the kind %q is no regular expression (%v); write it as Go has them", k.Name, err)
		}
	}
	k.define, k.path = nil, nil
	for _, text := range k.Define {
		define, err := k.compile(text)
		if err != nil {
			return err
		}
		k.define = append(k.define, define)
	}
	if k.Path != "" {
		k.path, err = k.compile("^(?:" + k.Path + ")$")
	}
	return err
}

// compile makes an expression ready whose groups are a name.
func (k *Kind) compile(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("a definition of the kind %q is no regular expression (%v); write it as Go has them", k.Name, err)
	}
	if re.NumSubexp() == 0 {
		return nil, fmt.Errorf("a definition of the kind %q has no group; put the name between ( and )", k.Name)
	}
	return re, nil
}

// reads says whether names of this kind may be defined in a file.
func (k *Kind) reads(file string) bool {
	return slices.ContainsFunc(k.globs, func(glob string) bool { return matchGlob(glob, file) })
}

// named is the name in a span, and "" if the span looks like no name of this kind.
func (k *Kind) named(span string) string {
	if slices.Contains(k.Except, span) {
		return ""
	}
	switch k.From {
	case GoTests:
		if m := testSpan.FindStringSubmatch(span); m != nil {
			return m[1]
		}
		return ""
	case "":
		m := k.span.FindStringSubmatch(span)
		if m == nil {
			return ""
		}
		return cmp.Or(joined(m[1:]), m[0])
	}
	return ""
}

// Equal says whether two kinds are written alike.
func (k Kind) Equal(other Kind) bool {
	return k.Name == other.Name && k.From == other.From && k.Span == other.Span && k.Path == other.Path && slices.Equal(k.Files, other.Files) &&
		slices.Equal(k.Define, other.Define) && slices.Equal(k.Below, other.Below) && slices.Equal(k.Except, other.Except)
}
