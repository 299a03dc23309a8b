package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"lockstep/site/review/access"
	"lockstep/site/review/letter"
	"lockstep/site/review/offline"
)

// bringMail brings the comments of mails. Those of which not all could be brought
// are named with the reason; what could be is brought.
func bringMail(page string) func(b *bringer, in io.Reader) error {
	return func(b *bringer, in io.Reader) error {
		messages, err := letter.Read(in)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if err := b.message(m, page); err != nil {
				return err
			}
		}
		return nil
	}
}

func (b *bringer) message(m letter.Message, page string) error {
	what := fmt.Sprintf("message %d", m.N)
	if m.Err != nil {
		b.leave(what, "%s", m.Err)
		return nil
	}
	id := mailID(m.ID)
	if m.ID == "" {
		id = "mail." + digest(string(m.Raw))
	}
	who := access.Actor{ID: "mail:" + m.Address, Name: m.Name + " (by mail, unverified)", Role: access.Commenter}
	for i, part := range m.Parts {
		said := offline.Said{Page: page, Quote: part.Quote, Body: part.Body, Time: m.Sent}
		on, answers, err := b.answered(m.Letter)
		if err != nil {
			return err
		}
		if said.Page == "" {
			said.Page = on
		}
		if said.Page == "" {
			said.Page = b.subject(m.Subject)
		}
		if said.Page == "" {
			said.Page = b.pageWith(m.Letter)
		}
		if said.Page == "" {
			b.leave(what, "nobody can tell which page it is about: name it with --page, or in the subject, or quote a passage that stands on one page alone")
			return nil
		}
		if said.Page == on && (said.Quote == "" || b.nowhere(said)) {
			said.Quote, said.ReplyTo = "", answers
		}
		if err := b.bring(fmt.Sprintf("%s, comment %d", what, i+1), fmt.Sprintf("%s.%d", id, i+1), who, said); err != nil {
			return err
		}
	}
	return nil
}

func mailID(message string) string { return "mail." + digest(message) }

// answered finds the page and the comment that a mail answers, if that was a mail.
func (b *bringer) answered(l letter.Letter) (page, comment string, err error) {
	for _, d := range b.desk.tree.ReviewDocuments() {
		shown, err := b.desk.Review(b.cmd.Context(), d, access.Actor{})
		if err != nil {
			return "", "", err
		}
		for _, id := range l.InReplyTo {
			for _, t := range shown.Threads {
				for _, c := range t.Comments {
					if strings.HasPrefix(c.ID, mailID(id)+".") && strings.HasPrefix(c.AuthorID, "mail:") {
						return d.Name, c.ID, nil
					}
				}
			}
		}
	}
	return "", "", nil
}

var pageWord = regexp.MustCompile(`[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+`)

// subject finds the page that a subject names: "Re: [adr/0001-use-a-log] Use a log".
func (b *bringer) subject(subject string) string {
	for _, word := range pageWord.FindAllString(subject, 10) {
		if d, ok := b.desk.tree.Document(word); ok {
			return d.Name
		}
	}
	return ""
}

// pageWith is the only page that has a passage which a mail quotes.
func (b *bringer) pageWith(l letter.Letter) (page string) {
	for _, part := range l.Parts {
		if part.Quote == "" {
			continue
		}
		for _, d := range b.desk.tree.ReviewDocuments() {
			if len(offline.Find(d, part.Quote)) == 0 {
				continue
			}
			if page != "" && page != d.Name {
				return ""
			}
			page = d.Name
		}
	}
	return page
}

func (b *bringer) nowhere(said offline.Said) bool {
	d, ok := b.desk.tree.Document(said.Page)
	return ok && len(offline.Find(d, said.Quote)) == 0
}
