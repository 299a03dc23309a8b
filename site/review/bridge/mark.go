package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// mark names what a post at the forge stands for. It begins the post, in a form
// that forges do not show, before any word of a person.
type mark struct {
	Kind string // comment, verdict; state: a thread was ended or reopened, and is marked so; said: it is not
	Page string
	ID   string
	Text string // a hash of what was posted, so that edits are seen
}

var markForm = regexp.MustCompile(`^<!-- lockstep (comment|state|said|verdict) ([^\s]+) ([^\s]+) ([0-9a-f]{16}) -->(?:\r?\n|$)`)

// String cannot end the comment that it stands in: what is escaped has no ">".
func (m mark) String() string {
	return fmt.Sprintf("<!-- lockstep %s %s %s %s -->", m.Kind, url.QueryEscape(m.Page), url.QueryEscape(m.ID), m.Text)
}

// key is what two marks of one thing have in common.
func (m mark) key() string { return m.Kind + " " + m.Page + " " + m.ID }

// markOf reads the mark at the beginning of a post.
func markOf(body string) (m mark, ok bool) {
	found := markForm.FindStringSubmatch(body)
	if found == nil {
		return m, false
	}
	page, err1 := url.QueryUnescape(found[2])
	id, err2 := url.QueryUnescape(found[3])
	return mark{found[1], page, id, found[4]}, err1 == nil && err2 == nil
}

// marked begins a post with its mark.
func marked(m mark, text string) string {
	text = strings.TrimRight(text, "\n ")
	m.Text = hashed(text)
	return m.String() + "\n" + text
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
