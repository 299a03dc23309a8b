package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/site"
)

// Scheme begins the address of a link whose text the ledger holds.
const Scheme = "ledger:"

// idIn finds what looks like the id of something defined elsewhere.
var idIn = regexp.MustCompile(`\b[A-Z]{1,8}-?[0-9]{1,5}\b`)

// spoken are the words for a status in a sentence, the usual one first.
var spoken = map[string][]string{
	"designed": {"designed", "not built", "not built yet", "design only", "not tested", "not tested yet"},
	"built":    {"built", "built and tested"},
	"partly":   {"built in part", "built"},
	"measured": {"measured", "built and measured", "built"},
}

// measures count entries.
var measures = map[string]func(*Entry) bool{
	"count":    func(*Entry) bool { return true },
	"tested":   func(e *Entry) bool { return e.has("tests") },
	"partly":   func(e *Entry) bool { return (e.has("tests") || e.has("answer")) && e.has("open") },
	"untested": func(e *Entry) bool { return !e.has("tests") },
	"designed": func(e *Entry) bool { return e.Status() == "designed" },
	"built":    func(e *Entry) bool { return e.Status() == "built" },
	"measured": func(e *Entry) bool { return e.Status() == "measured" },
	"answered": func(e *Entry) bool { return e.has("answer") && !e.has("open") },
	"open":     func(e *Entry) bool { return e.has(without("answer")) },
}

// Agree reports whether text says what dest stands for, letter by letter but for a
// capital at the beginning. If it does not, want is what it should say in the form
// that text has: a figure stays a figure, and a word a word. An unknown dest agrees
// with nothing, and want is empty.
func (l *Ledger) Agree(dest, text string) (want string, ok bool) {
	forms := l.forms(dest)
	if len(forms) == 0 {
		return "", false
	}
	first, size := utf8.DecodeRuneInString(text)
	if slices.Contains(forms, text) || slices.Contains(forms, string(unicode.ToLower(first))+text[size:]) {
		return text, true
	}
	want = forms[0]
	if unicode.IsDigit(first) {
		want = forms[len(forms)-1]
	}
	if unicode.IsUpper(first) {
		want = site.Capital(want)
	}
	return want, false
}

// forms are the texts that state a value, the usual one first; a count ends with its
// figure.
func (l *Ledger) forms(dest string) []string {
	subject, what, ok := cutLast(strings.TrimPrefix(dest, Scheme))
	if !ok || l == nil {
		return nil
	}
	if e := l.byID[subject]; e != nil {
		switch what {
		case "badge":
			return []string{e.Status()}
		case "status":
			if kinds[e.kind].asked {
				return answered(e)
			}
			if measures["partly"](e) && e.Status() == "built" {
				return spoken["partly"]
			}
			return spoken[e.Status()]
		}
		return nil
	}
	counts, kind, part := measures[what], subject, ""
	if kinds[kind].singular == "" {
		kind, part, _ = strings.Cut(subject, ".")
	}
	n, of := 0, 0
	for _, e := range l.entries {
		if e.kind == kind && (part == "" || slug(e.part) == part) {
			of++
			if counts != nil && counts(e) {
				n++
			}
		}
	}
	if of == 0 || counts == nil {
		return nil
	}
	return []string{inWords(n), strconv.Itoa(n)}
}

// answered is the status of an entry that is asked.
func answered(e *Entry) []string {
	switch {
	case !e.has("answer"):
		return []string{"not answered", "open"}
	case e.has("open"):
		return []string{"answered in part", "answered"}
	}
	return []string{"answered"}
}

func cutLast(name string) (before, after string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// Entry is the one that dest speaks of; for a count, the first that could be counted.
func (l *Ledger) Entry(dest string) *Entry {
	subject, _, _ := cutLast(strings.TrimPrefix(dest, Scheme))
	if l == nil {
		return nil
	}
	if e := l.byID[subject]; e != nil {
		return e
	}
	for _, e := range l.entries {
		if kind, part, _ := strings.Cut(subject, "."); e.kind == kind && (part == "" || slug(e.part) == part) {
			return e
		}
	}
	return nil
}

// Suggest is the destination most like dest among those that exist, or "".
func (l *Ledger) Suggest(dest string) string {
	var known []string
	for _, e := range l.Entries() {
		known = append(known, Scheme+e.ID+".status")
		for what := range measures {
			known = append(known, Scheme+e.kind+"."+what, Scheme+e.kind+"."+slug(e.part)+"."+what)
		}
	}
	return site.Nearest(dest, known)
}

// slug is a part's name as it stands in an address.
func slug(name string) string {
	return strings.Trim(strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "-"), "-")
}

var small = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
var tens = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")

// inWords is a count as prose writes it; from a hundred on, a figure.
func inWords(n int) string {
	switch {
	case n < len(small):
		return small[n]
	case n >= 100:
		return strconv.Itoa(n)
	case n%10 == 0:
		return tens[n/10]
	}
	return fmt.Sprintf("%s-%s", tens[n/10], small[n%10])
}
