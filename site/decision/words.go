package decision

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"lockstep/site"
	"lockstep/site/yamlfile"
)

//go:embed words.yaml
var wordsFile []byte

// Words is what words of records mean: statuses, headings and names of fields, and
// what relates one record to another. The words of a dozen languages are known to all
// records, since a record does not say which language it is in.
type Words struct {
	statuses  table
	headings  table // to what stands below: one of the keys of words.yaml
	relations table
	because   []string
	chosen    *regexp.Regexp // "Chosen option: X, because …"
}

// table is what words mean, by the words in lower case.
type table map[string]string

// NewWords are the words that every record may use, and those of a repository:
// statuses by their words, and parts of a record by their headings. See [IsStatus] and
// [IsPart] for what they may mean.
func NewWords(statuses, headings map[string]string) *Words {
	if len(statuses)+len(headings) == 0 {
		return usual()
	}
	w := readWords()
	for word, meaning := range statuses {
		w.statuses[normal(word)] = meaning
	}
	for word, meaning := range headings {
		w.headings[normal(word)] = meaning
	}
	return w
}

var usual = sync.OnceValue(readWords)

func readWords() *Words {
	members, err := yamlfile.Read(wordsFile)
	if err != nil {
		panic("words.yaml: " + err.Error())
	}
	groups := make(map[string]table)
	for _, group := range members {
		t := make(table)
		for _, meaning := range group.Members {
			for _, language := range meaning.Members {
				for word := range strings.SplitSeq(language.Text, ",") {
					t[normal(word)] = meaning.Key
				}
			}
		}
		groups[group.Key] = t
	}
	w := &Words{statuses: groups["statuses"], headings: groups["headings"], relations: groups["relations"]}
	var chosen []string
	for phrase, meaning := range groups["phrases"] {
		if meaning == "because" {
			w.because = append(w.because, phrase)
		} else {
			chosen = append(chosen, phrase)
		}
	}
	longestFirst(w.because)
	longestFirst(chosen)
	w.chosen = regexp.MustCompile(`(?i)(?:` + either(chosen) + `)\s*[:：]?\s*["“”„'‘’«»「」『』*\[]*(.+?)["“”'‘’«»「」『』*\]]*\s*[,、，]?\s*(?:` + either(w.because) + `|$)`)
	return w
}

func longestFirst(words []string) {
	slices.SortFunc(words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
}

// either is a pattern for any of some words. Those of scripts with spaces stand alone.
func either(words []string) string {
	parts := make([]string, len(words))
	for i, word := range words {
		parts[i] = regexp.QuoteMeta(word)
		if last := word[len(word)-1]; last < utf8.RuneSelf {
			parts[i] = `\b` + parts[i]
			if last != '\'' {
				parts[i] += `\b`
			}
		}
	}
	return strings.Join(parts, "|")
}

// IsStatus says whether a word of a configuration is one of the five statuses.
func IsStatus(meaning string) bool { return slices.Contains(fiveStatuses, meaning) }

// Parts are what headings may stand for.
func Parts() (parts []string) {
	for _, part := range usual().headings {
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return parts
}

// status is the status that a text states, and what it says behind it.
func (w *Words) status(text string) (status site.Status, rest string) {
	if relation, _, rest := w.relation(text); relation == site.SupersededBy {
		return site.StatusSuperseded, rest
	}
	if meaning, _, rest := w.statuses.begins(text); meaning != "" {
		return site.Status(meaning), rest
	}
	if strings.ContainsFunc(text, spaceless) {
		return site.Status(w.statuses.holds(text)), text
	}
	return "", text
}

// Passage is where a text states that a decision is proposed or accepted, in which it
// may change without saying anything else; nil if it does not.
func (w *Words) Passage(text string) []int {
	meaning, _, rest := w.statuses.begins(text)
	if meaning != string(site.StatusProposed) && meaning != string(site.StatusAccepted) {
		return nil
	}
	start := strings.IndexFunc(text, unicode.IsLetter)
	return []int{start, len(text) - len(rest)}
}

// relation splits "Supersedes [3. Foo](…)" into relation, its words and the rest. What
// other teams tell apart beyond superseding and amending, refining or clarifying, is a
// relation without consequences here.
func (w *Words) relation(text string) (relation site.Relation, words, rest string) {
	meaning, words, rest := w.relations.begins(text)
	if meaning == "" {
		return "", "", text
	}
	return site.Relation(meaning), words, strings.TrimLeft(rest, ": \t\n：")
}

// part is what a heading stands for: one of [Parts], or "".
func (w *Words) part(title string) string {
	if part := w.headings[normal(title)]; part != "" {
		return part
	}
	// "Positive Consequences of the change".
	if part, _, _ := w.headings.begins(title); part == "gains" || part == "costs" {
		return part
	}
	return ""
}

// effects are the parts that say what a list says.
var effects = map[string]string{"good": "good", "bad": "bad", "neutral": "neutral", "gains": "good", "costs": "bad"}

// effect splits "Good, because …" and "Pros: …".
func (w *Words) effect(item string) (effect, text string) {
	part, _, rest := w.headings.begins(item)
	if effect = effects[part]; effect == "" {
		return "", item
	}
	rest = strings.TrimLeft(rest, " ,、，")
	if text, ok := w.reason(rest); ok {
		return effect, text
	}
	for _, colon := range []string{":", "："} {
		if text, ok := strings.CutPrefix(rest, colon); ok {
			return effect, strings.TrimSpace(text)
		}
	}
	return "", item
}

// reason is what follows "because".
func (w *Words) reason(text string) (string, bool) {
	for _, because := range w.because {
		if len(text) >= len(because) && strings.EqualFold(text[:len(because)], because) {
			after, _ := utf8.DecodeRuneInString(text[len(because):])
			last, _ := utf8.DecodeLastRuneInString(because)
			if last == '\'' || spaceless(last) || !unicode.IsLetter(after) {
				return strings.TrimLeft(text[len(because):], " ,、，"), true
			}
		}
	}
	return "", false
}

// leadsOn says whether a text goes on in the list below it.
func (w *Words) leadsOn(text string) bool {
	if strings.HasSuffix(text, ":") || strings.HasSuffix(text, "：") {
		return true
	}
	lower := strings.ToLower(text)
	return slices.ContainsFunc(w.because, func(because string) bool { return strings.HasSuffix(lower, because) })
}

// normal is a heading or a word as it is looked up: in lower case, without a number
// before it and marks around it, with single spaces.
func normal(s string) string {
	s = strings.ToLower(dashes.Replace(s))
	if strings.ContainsAny(s, "0123456789") {
		s = headingNumber.ReplaceAllString(s, "")
	}
	s = strings.TrimFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\''
	})
	return strings.Join(strings.Fields(s), " ")
}

// dashes stand for spaces: decision-makers, superseded_by.
var dashes = strings.NewReplacer("-", " ", "_", " ")

var headingNumber = regexp.MustCompile(`^\s*(?:\d+[.)]\s*)+`)

// maxWords is the longest that a word of the table may be, in bytes.
const maxWords = 80

// begins is the meaning of the longest words with which a text begins, these words as
// the table has them, and the text behind them.
func (t table) begins(text string) (meaning, words, rest string) {
	start := strings.IndexFunc(text, unicode.IsLetter)
	if start < 0 {
		return "", "", text
	}
	text = text[start:]
	for end := min(len(text), maxWords); end > 0; end-- {
		if end < len(text) && !utf8.RuneStart(text[end]) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:end])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(before) || end < len(text) && (unicode.IsLetter(after) || unicode.IsMark(after)) && !spaceless(before) {
			continue
		}
		words := normal(text[:end])
		if meaning := t[words]; meaning != "" {
			return meaning, words, text[end:]
		}
	}
	return "", "", text
}

// holds is the meaning of the longest words within a text, for scripts that put no
// spaces between words: "ADR-0005により置き換え".
func (t table) holds(text string) (meaning string) {
	longest := 0
	for words, m := range t {
		// One character says too little.
		if r, size := utf8.DecodeRuneInString(words); len(words) > longest && spaceless(r) && len(words) > size && strings.Contains(text, words) {
			meaning, longest = m, len(words)
		}
	}
	return meaning
}

// spaceless is a letter of a script that puts no spaces between words, or endings to
// them.
func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
