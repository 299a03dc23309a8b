package event

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lockstep/site/review/refusal"
)

// Limits of what people send. They are far above what people write.
const (
	MaxBody     = 16 << 10 // bytes of a comment
	MaxQuote    = 1000     // code points of a quoted passage
	MaxContext  = 64       // code points of its prefix and suffix
	MaxReason   = 2000     // bytes of a reason
	MaxName     = 80       // bytes of a person's name
	MaxThreads  = 2000     // of a page
	MaxComments = 500      // of a thread
	MaxSource   = 16 << 10 // bytes of a suggested block
	maxMarks    = 8        // combining marks in a row
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$`)

// Clean is the text as it is kept: NFC, lines ended by "\n", no control
// characters. What cannot be kept is refused rather than changed in secret.
func Clean(what, text string, limit int) (string, error) {
	if !utf8.ValidString(text) {
		return "", refusal.Invalid("%s is not valid UTF-8", what)
	}
	if len(text) > limit {
		return "", refusal.New(413, "too-long", "%s has %d bytes; %d are allowed", what, len(text), limit)
	}
	text = norm.NFC.String(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
	marks := 0
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return "", refusal.Invalid("%s has the control character U+%04X", what, r)
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; marks > maxMarks {
				return "", refusal.Invalid("%s has more than %d combining marks on one letter", what, maxMarks)
			}
		} else {
			marks = 0
		}
	}
	return text, nil
}

// CleanBody is Clean for what must not be empty.
func CleanBody(text string) (string, error) {
	text, err := Clean("body", text, MaxBody)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", refusal.Invalid("body is empty")
	}
	return strings.TrimRight(text, "\n\t "), nil
}

// CleanID refuses what is no id of a thread or comment.
func CleanID(id string) error {
	if !idForm.MatchString(id) {
		return refusal.Invalid("id must be 1 to 80 letters, digits, dots, colons, hyphens or underscores, and begin with a letter or digit")
	}
	return nil
}
