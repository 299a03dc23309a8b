package letter

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func message(header, body string) string {
	return "From: Ada Lovelace <Ada@Example.org>\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\nSubject: Re: Use a log\r\nMessage-ID: <1@example.org>\r\n" +
		strings.ReplaceAll(header, "\n", "\r\n") + "\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
}

const answer = "On Thu, 26 Nov 2026 at 09:12, Ben <ben@example.org>\nwrote:\n\n> We keep one log\n> per shard.\n>\n> > older words\n\nWhy not two?\n\nI mean it.\n\n> it is simple\n\nIs it: really?\n\n-- \nAda\n"

var want = []Part{{"We keep one log\nper shard.", "Why not two?\n\nI mean it."}, {"it is simple", "Is it: really?"}}

func one(t *testing.T, text string) Message {
	t.Helper()
	all, err := Read(strings.NewReader(text))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	return all[0]
}

// TestRead reads one text in all the forms in which mailers send it.
func TestRead(t *testing.T) {
	latin := strings.ReplaceAll(strings.ReplaceAll(answer, "really", "d'accord, \xe0 peu pr\xe8s"), "\n", "\r\n")
	accents := []Part{want[0], {"it is simple", "Is it: d'accord, à peu près?"}}
	for _, tt := range []struct {
		what, text string
		want       []Part
	}{
		{"plain", message("", answer), want},
		{"utf-8", message("Content-Type: text/plain; charset=UTF-8\n", strings.ReplaceAll(answer, "really", "d'accord, à peu près")), accents},
		{"quoted-printable", message("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n", strings.ReplaceAll(strings.ReplaceAll(answer, "really", "d'accord, =C3=A0 peu=\n pr=C3=A8s"), "-- \n", "--=20\n")), accents},
		{"base64", message("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n", base64.StdEncoding.EncodeToString([]byte(answer))), want},
		{"latin-1", message("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n", "") + latin, accents},
		{"alternatives", message("Content-Type: multipart/alternative; boundary=b\n", "--b\nContent-Type: text/plain\n\n"+answer+"\n--b\nContent-Type: text/html\n\n<p>no</p>\n--b--\n"), want},
		{"parts in parts", message("Content-Type: multipart/mixed; boundary=a\n", "--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>no</p>\n--b\nContent-Type: text/plain\n\n"+answer+"\n--b--\n--a\nContent-Type: image/png\n\nx\n--a--\n"), want},
		{"an attachment is no text", message("Content-Type: multipart/mixed; boundary=a\n", "--a\nContent-Type: text/plain\nContent-Disposition: attachment\n\nnot this\n--a\nContent-Type: text/plain\n\n"+answer+"\n--a--\n"), want},
		{"nothing quoted", message("", "All of it is fine.\n"), []Part{{"", "All of it is fine."}}},
		{"words before a quote", message("", "Hello,\n\nI do not follow this:\n\n> a\n\nWhy?\n"), []Part{{"", "Hello,\n\nI do not follow this:"}, {"a", "Why?"}}},
		{"paragraphs in a quote", message("", "> a\n\n> b\n\nWhy?\n"), []Part{{"a\n\nb", "Why?"}}},
	} {
		m := one(t, tt.text)
		if m.Err != nil {
			t.Errorf("%s: %v", tt.what, m.Err)
			continue
		}
		if diff := cmp.Diff(tt.want, m.Parts); diff != "" {
			t.Errorf("%s: %s", tt.what, diff)
		}
		if m.Name != "Ada Lovelace" || m.Address != "ada@example.org" || m.ID != "1@example.org" || m.Sent.IsZero() {
			t.Errorf("%s: the letter is %+v", tt.what, m.Letter)
		}
	}
}

// TestRead_refused: what cannot be read for certain is refused with the reason.
func TestRead_refused(t *testing.T) {
	deep := "Content-Type: text/plain\n\nx\n"
	for i := range 10 {
		deep = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n", i, i, deep, i)
	}
	header, body, _ := strings.Cut(deep, "\n\n")
	for _, tt := range []struct{ what, text, why string }{
		{"HTML alone", message("Content-Type: text/html\n", "<p>x</p>"), "HTML alone"},
		{"HTML alone, in parts", message("Content-Type: multipart/alternative; boundary=b\n", "--b\nContent-Type: text/html\n\n<p>x</p>\n--b--\n"), "HTML alone"},
		{"a picture", message("Content-Type: image/png\n", "x"), "no plain text"},
		{"a charset", message("Content-Type: text/plain; charset=koi8-r\n", "x"), `charset "koi8-r"`},
		{"bytes of another charset", message("Content-Type: text/plain; charset=utf-8\n", "a \xff b"), "none of its charset"},
		{"an encoding", message("Content-Transfer-Encoding: uuencode\n", "x"), `"uuencode"`},
		{"broken base64", message("Content-Transfer-Encoding: base64\n", "!!!"), "cannot be decoded"},
		{"nothing said", message("", "> only a quote\n"), "nothing but what it quotes"},
		{"no sender", "Date: Fri, 27 Nov 2026 10:00:00 +0000\n\nx\n", "sender"},
		{"no date", "From: a@example.org\n\nx\n", "no date"},
		{"no message", "what is this\n", "no message of RFC 5322"},
		{"too long", message("", strings.Repeat("x", maxMessage)), "at most"},
		{"too deep", message(header+"\n", body), "too many parts"},
		{"an unfinished part", message("Content-Type: multipart/mixed; boundary=b\n", "--b\nContent-Type: image/png\n\nx"), "no plain text"},
		{"half a text", message("Content-Type: multipart/mixed; boundary=b\n", "--b\nContent-Type: text/plain\n\nhalf"), "cannot be decoded"},
	} {
		if m := one(t, tt.text); m.Err == nil || !strings.Contains(m.Err.Error(), tt.why) {
			t.Errorf("%s: %v", tt.what, m.Err)
		}
	}
	for _, text := range []string{"", " \n", strings.Repeat("x", MaxBytes+1)} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%d bytes were read", len(text))
		}
	}
}

// TestRead_mailbox parts a mailbox, and takes no line of a text for a beginning.
func TestRead_mailbox(t *testing.T) {
	box := "From ada@example.org Fri Nov 27 10:00:00 2026\n" + message("", "One.\n\n>From here on it is odd.\nFrom here, too.\n") + "\nFrom ben@example.org Fri Nov 27 11:00:00 2026\n" +
		strings.ReplaceAll(message("", "Two.\n"), "<1@", "<2@") + "\nFrom x@example.org Fri Nov 27 11:00:00 2026\nbroken\n"
	all, err := Read(strings.NewReader(box))
	if err != nil || len(all) != 3 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	if got := all[0].Parts[0].Body; got != "One.\n\nFrom here on it is odd.\nFrom here, too." {
		t.Errorf("the first says %q", got)
	}
	if all[1].ID != "2@example.org" || all[2].Err == nil || all[2].N != 3 {
		t.Errorf("the others are %+v and %+v", all[1], all[2])
	}
}

// FuzzRead: whatever is sent is read within bounds, and what is read is text.
func FuzzRead(f *testing.F) {
	f.Add(message("", answer))
	f.Add(message("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nx\n--b--"))
	f.Fuzz(func(t *testing.T, text string) {
		all, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, m := range all {
			for _, p := range m.Parts {
				if m.Err == nil && strings.TrimSpace(p.Body) == "" {
					t.Errorf("an empty comment in %q", text)
				}
			}
		}
	})
}
