package event

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/formattest"
	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
)

const (
	textOfToday = "r2-3f0c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
	textOfOnce  = "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9" // before revisions named their scheme
)

var (
	siteItself = Person{"site", "the site", "site"}
	reviewer   = Person{"oidc:https://id.example.org#42", "Ada <ada@example.org> & \u2028", "reviewer"}
	commenter  = Person{"invite:7f3a00112233", "Größe", "commenter"}
	maintainer = Person{"local:max@example.org", "Max", "maintainer"}
)

// anchored has every part that an anchor can have.
var anchored = &anchor.Anchor{Canon: 2, Revision: textOfToday,
	Block: &site.Block{N: 7, Kind: "cell", ID: "b-8ab9efad", Text: "one log <per> shard", Hash: "8ab9efad1355714d", Section: []string{"Figures", "Logs"}, Line: 16, End: 17,
		Frame: &site.Frame{Kind: "table", N: 2, Row: 3, Col: 4, Rows: 5, Cols: 6, Head: true, Of: 1, OfRow: 8}, Label: "sh", Head: true},
	Quote:   &anchor.Quote{Exact: "log", Prefix: "one ", Suffix: " <per> shard", Start: 4, End: 7},
	Context: &anchor.Context{Column: "Kept", Row: []string{"shard", "log"}, Path: []string{"a list"}, Before: "above", After: "below", Twin: true},
	Also: []anchor.Part{
		{Block: &site.Block{N: 8, Kind: "paragraph", ID: "b-1", Text: "below", Hash: "00ff", Line: 19, End: 19}, Quote: &anchor.Quote{Exact: "be", Suffix: "low", End: 2}},
		{Block: &site.Block{N: 9, Kind: "item", ID: "b-2", Text: "listed", Hash: "11ee", Line: 21, End: 21, Frame: &site.Frame{Kind: "list", N: 3}}, Context: &anchor.Context{Before: "below"}},
	}}

// filed is an event as it lies in a repository: in a file that is called by the event's id.
type filed struct {
	ID    string
	Event Event
	Line  entry.Line // but for the event
}

// TestFormats: each kind of event, in a file as exports have written it, is admitted as
// the same event with the same id, and is written so. Each stands on the one before it.
func TestFormats(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 120_000_000, time.UTC)
	salt := []byte("0123456789abcdef")
	var parents []string
	for i, tt := range []struct {
		name, id, text string
		event          Event
	}{
		{"doc-published.json", "2d03a65610a5b4a553f2a385b8d547f17556a43e70051c071ff59d4e802b5f6c", "", Event{Type: DocPublished, Actor: siteItself, Revision: textOfToday, Kept: "5f"}},
		{"thread-opened.json", "95ef1748520aaf3809f191ca9919799f7eb1e67392efabdc95416ad4948e497c", "Why <one> & \"only\"\n\u2028one, größer?", Event{Type: ThreadOpened, Actor: commenter, Revision: textOfToday, Intent: Blocking, Anchor: anchored, Suggest: &Suggest{Old: "one log\n", New: "two <logs>\n"}}},
		{"thread-opened-on-page.json", "04d1afe2dff0eefc5bbb2ccc08163d93cac57be7757dd4306328e7808251cf6c", "Well done.", Event{Type: ThreadOpened, Actor: commenter, Revision: textOfToday, Intent: Praise, Anchor: &anchor.Anchor{Canon: 2, Revision: textOfToday}}},
		{"thread-opened-canon-1.json", "0d18ed697ca334ce6d6f7d307c088c1dad3ddae54f319bfb85c880cc98dda9aa", "Which?", Event{Type: ThreadOpened, Actor: commenter, Revision: textOfOnce, Intent: Question, Anchor: &anchor.Anchor{Canon: 1, Revision: textOfOnce,
			Block: &site.Block{Kind: "paragraph", ID: "b-1", Text: "one log", Hash: "00ff", Line: 3, End: 3}, Quote: &anchor.Quote{Exact: "log", Prefix: "one ", Start: 4, End: 7}}}},
		{"comment-added.json", "d1d1b2d935d8fa2d68bfc4028699532ccb7df5bb117daf4183be339d8490a443", "Keys move.", Event{Type: CommentAdded, Actor: reviewer, Thread: "t-1"}},
		{"comment-edited.json", "f1f9d2e183566ed2a21b4d50ed5a7b9db39fb1a6a02f27cf97c6af45094f9261", "Keys do move.", Event{Type: CommentEdited, Actor: reviewer, Thread: "t-1", Comment: "c-1", Saw: "a6"}},
		{"comment-edited-by-number.json", "1913e94523a85fa7c153ccdf96478c6e1249b31d8817109be41c22cdddfd03b0", "Keys moved.", Event{Type: CommentEdited, Actor: reviewer, Thread: "t-1", Comment: "c-1", Seen: 6}},
		{"comment-redacted.json", "3a9d7f16dcb62b72a38bbbca4edb3dc57b1b4e19a5e2c1dcf0e3235e41c2c37f", "", Event{Type: CommentRedacted, Actor: maintainer, Thread: "t-1", Comment: "c-1"}},
		{"thread-resolved.json", "23a3f3366799bb961a8157deb27bd5e6adfa939a6f4632fd2d0fd8666df6ee70", "It is meant so.", Event{Type: ThreadResolved, Actor: reviewer, Thread: "t-1", Kind: Declined}},
		{"thread-reopened.json", "dfdf0b47c7878dd6ea58935fb28727d67d714bc5533ea2e2af72ac5a53754a1a", "", Event{Type: ThreadReopened, Actor: reviewer, Thread: "t-1"}},
		{"thread-relinked.json", "3e224399994218d9119a90b2c1a1ee66667330d12ecbdf62188f429aee524d3c", "", Event{Type: ThreadRelinked, Actor: maintainer, Revision: textOfToday, Thread: "t-1", Anchor: &anchor.Anchor{Canon: 2, Revision: textOfToday, Block: &site.Block{Kind: "paragraph", ID: "b-1", Text: "one log", Hash: "00ff"}}}},
		{"suggestion-applied.json", "1788907805dabf2144bcb52167ca059bdcdab011a6458e33e0dc7bb3a49d145d", "", Event{Type: SuggestionApplied, Actor: maintainer, Thread: "t-1", Kind: Applied, Commit: "0123456789abcdef0123456789abcdef01234567"}},
		{"review-submitted.json", "1ca81c119463e0a1c2c8c2f63b33dd214a2d798723adea3a46be5d669f882806", "Good.", Event{Type: ReviewSubmitted, Actor: reviewer, Revision: textOfToday, Verdict: RequestChanges}},
		{"review-withdrawn.json", "803853d1f6c095e5cfc19977901433823b7ec263eac0e44775031adc55883a33", "", Event{Type: ReviewWithdrawn, Actor: reviewer}},
	} {
		e := tt.event
		e.ID, e.Time = "of-"+strings.TrimSuffix(tt.name, ".json"), at.Add(time.Duration(i)*time.Second)
		if e.Saw != "" {
			e.Saw = parents[0]
		}
		want := filed{ID: tt.id, Line: entry.Line{Page: "adr/0001-<log>", Parents: append([]string{}, parents...)}}
		if tt.text != "" {
			e.Body = Commit(salt, tt.text)
			want.Line.Text, want.Line.Salt = &tt.text, hex.EncodeToString(salt)
		}
		if e.Type == ReviewSubmitted || e.Type == ReviewWithdrawn {
			want.Line.Signature = "U1NIU0lHAAAAAQ=="
		}
		want.Event = e
		formattest.Hold(t, tt.name, want, func(data []byte) (f filed, err error) {
			if f.Line, err = entry.Decode(data); err != nil {
				return f, err
			}
			f.ID = f.Line.ID()
			f.Event, err = Admit(f.Line)
			f.Line.Event = nil
			return f, err
		}, func(f filed) []byte {
			f.Line.Event = f.Event.Encode()
			data, err := entry.Encode(f.Line)
			if err != nil {
				t.Error(err)
			}
			return bytes.TrimSuffix(data, []byte("\n"))
		})
		parents = []string{tt.id}
	}
}

// TestFormats_hashes: what an event says of a text, its commitment to a comment's and the
// hash of a page's, stays what it was for the same text. A revision whose blocks know
// nothing of what holds them has the hash that it had before they could.
func TestFormats_hashes(t *testing.T) {
	plain := site.Block{N: 1, Kind: "paragraph", ID: "b-1", Text: "größer", Hash: "00ff", Section: []string{"Logs"}, Line: 3, End: 4}
	framed, labelled := plain, plain
	framed.Frame = &site.Frame{Kind: "table", N: 2, Row: 3, Col: 4, Rows: 5, Cols: 6, Head: true, Of: 1, OfRow: 8}
	labelled.Label, labelled.Head = "sh", true
	for _, tt := range []struct{ name, got, want string }{
		{"a commitment", Commit([]byte("0123456789abcdef"), "größer"), "7052bd30797577424215f4f909d8eb6cc847b7be6e80ad3540c155f08b4e0446"},
		{"plain blocks", HashOf(&anchor.Doc{Revision: textOfOnce, Blocks: []site.Block{plain, plain}}), "a8281138d770611f08cb57a01fdf15c234c1cf413582e9e334c997a7ced3206a"},
		{"blocks in a frame", HashOf(&anchor.Doc{Revision: textOfToday, Blocks: []site.Block{framed}}), "09aa12a1db3bbae28967806feead51a2b49d2855c7664b52614132ee8d9d0e23"},
		{"blocks with a label", HashOf(&anchor.Doc{Revision: textOfToday, Blocks: []site.Block{labelled}}), "508871b47a9f3977587642a7456c774ec7c7c7566441d8d31c47bc771cfaf5b5"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s has the hash %s, and had %s. %s", tt.name, tt.got, tt.want, formattest.Frozen)
		}
	}
}

// TestFormats_words: the words by which events say what they mean stay what they are.
// New ones are no harm to what has been written.
func TestFormats_words(t *testing.T) {
	for _, tt := range []struct{ what, got, want string }{
		{"intents", fmt.Sprint([]Intent{Remark, Question, Nit, Praise, Blocking}), "[comment question nit praise blocking]"},
		{"ends of a thread", fmt.Sprint([]ResolutionKind{Applied, Answered, Declined, Obsolete}), "[applied answered declined obsolete]"},
		{"verdicts", fmt.Sprint([]Verdict{Approve, RequestChanges, Comments}), "[approve request-changes comment]"},
		{"roles", fmt.Sprint([]access.Role{access.Reader, access.Commenter, access.Reviewer, access.Maintainer}), "[reader commenter reviewer maintainer]"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s are written as %q, and were as %q. %s", tt.what, tt.got, tt.want, formattest.Frozen)
		}
	}
}
