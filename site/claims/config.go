package claims

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Config is the part "claims" of lockstep.yaml. Whatever is left out is not
// checked. Paths are slash-separated and relative to the root.
type Config struct {
	Allow   string `yaml:"allow"` // file of allowances
	Numbers struct {
		In    []string `yaml:"in"`    // files and folders
		Units []string `yaml:"units"` // beside those that everybody knows
		// Things are nouns, as they stand after a number, whose count needs a ground, too.
		Things []string `yaml:"things"`
	} `yaml:"numbers"`
	Waiting struct {
		In      []string `yaml:"in"`
		Phrases []string `yaml:"phrases"`
	} `yaml:"waiting"`
	Words []WordRule `yaml:"words"`
	// Evidence says which folders and files a run judges, by the run's id. What a
	// run says of itself counts more.
	Evidence map[string][]string `yaml:"evidence"`
}

// WordRule ties a word to a field: where the condition holds, the run denies
// the word.
type WordRule struct {
	Evidence string `yaml:"evidence"` // glob of ids
	Word     string `yaml:"word"`     // regular expression for a whole word
	Field    string `yaml:"field"`
	When     string `yaml:"when"` // "= 0", which is the default, "> 5", "< 100"
}

// Keys are the keys of Config, of its parts, and of a rule for words.
var Keys = map[string][]string{
	"":        {"allow", "numbers", "waiting", "words", "evidence"},
	"numbers": {"in", "units", "things"},
	"waiting": {"in", "phrases"},
	"words":   {"evidence", "word", "field", "when"},
}

// Files are the texts that the configuration names, folders among them.
func (c Config) Files() []string {
	return append(append([]string{}, c.Numbers.In...), c.Waiting.In...)
}

// wordRule is a WordRule that is understood.
type wordRule struct {
	WordRule
	pattern  *regexp.Regexp
	operator string
	limit    float64
}

var condition = regexp.MustCompile(`^([=<>]) ?(-?\d+(?:\.\d+)?)$`)

func (r WordRule) compile() (wordRule, error) {
	w := wordRule{WordRule: r, operator: "="}
	if r.Evidence == "" || r.Word == "" || r.Field == "" {
		return w, fmt.Errorf("a rule for words names evidence, word and field")
	}
	if _, err := path.Match(r.Evidence, ""); err != nil {
		return w, fmt.Errorf("the pattern %q of a rule for words cannot be read: %w", r.Evidence, err)
	}
	var err error
	if w.pattern, err = regexp.Compile(`(?i)\b(?:` + r.Word + `)\b`); err != nil {
		return w, fmt.Errorf("the word %q is no regular expression: %w", r.Word, err)
	}
	if r.When != "" {
		m := condition.FindStringSubmatch(strings.TrimSpace(r.When))
		if m == nil {
			return w, fmt.Errorf("the condition %q of the word %q is not understood", r.When, r.Word)
		}
		w.operator = m[1]
		w.limit, _ = strconv.ParseFloat(m[2], 64)
	}
	return w, nil
}

// denies says whether a value of the field rules the word out.
func (r wordRule) denies(value float64) bool {
	switch r.operator {
	case "<":
		return value < r.limit
	case ">":
		return value > r.limit
	}
	return value == r.limit
}

// within says whether a file is one of the places, or below one.
func within(file string, places []string) bool {
	for _, p := range places {
		if p == "." || file == p || strings.HasPrefix(file, p+"/") {
			return true
		}
	}
	return false
}
