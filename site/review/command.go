package review

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
)

// AnchorRequest says what a thread is about. Block is a block's number or the id
// of its element; without it the quote must stand exactly once in the text.
// Without a revision it is about the text as it is now.
type AnchorRequest struct {
	Block    BlockRef `json:"block"`
	Quote    string   `json:"quote"`
	Prefix   string   `json:"prefix"`
	Suffix   string   `json:"suffix"`
	Revision string   `json:"revision"`
}

// BlockRef is the number of a block, or the id of its element.
type BlockRef string

// UnmarshalJSON takes numbers and strings.
func (b *BlockRef) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	} else if _, err := strconv.Atoi(text); err != nil {
		return errors.New("block must be a number or the id of an element")
	}
	*b = BlockRef(text)
	return nil
}

func (b BlockRef) find(doc *anchor.Doc) (*int, error) {
	if b == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(string(b))
	if err != nil {
		n = slices.IndexFunc(doc.Blocks, func(block siteBlock) bool { return block.ID == string(b) })
	}
	if n < 0 || n >= len(doc.Blocks) {
		return nil, conflict("no-block", "the text has no block %q", string(b))
	}
	return &n, nil
}

// ThreadRequest opens a thread.
type ThreadRequest struct {
	ID         string         `json:"id"`
	Body       string         `json:"body"`
	Intent     Intent         `json:"intent"`
	Anchor     *AnchorRequest `json:"anchor"`
	Suggestion *string        `json:"suggestion"` // a new Markdown source of the block
}

// CommentRequest adds a comment to a thread, or changes one.
type CommentRequest struct {
	ID      string `json:"id"`
	Body    string `json:"body"`
	Version uint64 `json:"version"` // that was seen, when one is changed
}

// ResolveRequest ends a thread.
type ResolveRequest struct {
	ID      string         `json:"id"`
	Kind    ResolutionKind `json:"kind"`
	Reason  string         `json:"reason"`
	Version uint64         `json:"version"`
}

// RelinkRequest gives a thread another anchor. The fields of the anchor may
// stand directly in it.
type RelinkRequest struct {
	ID      string         `json:"id"`
	Anchor  *AnchorRequest `json:"anchor"`
	Version uint64         `json:"version"`
	AnchorRequest
}

// VerdictRequest is a verdict on a revision.
type VerdictRequest struct {
	ID       string  `json:"id"`
	Verdict  Verdict `json:"verdict"`
	Body     string  `json:"body"`
	Revision string  `json:"revision"`
}

// freshSignIn is how long after a sign-in somebody may approve: a browser that was
// left open must not be enough for the one act that others rely on.
const freshSignIn = time.Hour

func newID() string { return rand.Text() }

func orNew(id string) string {
	if id == "" {
		return newID()
	}
	return id
}

func person(a access.Actor) Person {
	return Person{ID: a.ID, Name: a.Name, Role: a.Role.String()}
}

func (s *Service) event(kind Type, a access.Actor, id string) Event {
	return Event{ID: id, Type: kind, Time: s.now(), Actor: person(a)}
}

// anchored makes the anchor of a request, against the revision that it names. It
// saves that revision, and says so in the log if the page was not published in
// it yet.
func (s *Service) anchored(ctx context.Context, p *page, d Document, a access.Actor, r *AnchorRequest) (*anchor.Anchor, error) {
	if r == nil {
		r = &AnchorRequest{}
	}
	for _, part := range []struct {
		name string
		text *string
		max  int
	}{{"quote", &r.Quote, MaxQuote * 4}, {"prefix", &r.Prefix, MaxContext * 4}, {"suffix", &r.Suffix, MaxContext * 4}} {
		text, err := clean(part.name, *part.text, part.max)
		if err != nil {
			return nil, err
		}
		*part.text = text
	}
	doc := d.doc()
	if r.Revision != "" && r.Revision != d.Revision {
		if doc = s.o.Revisions.Get(r.Revision); doc == nil {
			return nil, conflict("unknown-revision", "this site has not shown that revision; load the page again")
		}
	}
	block, err := r.Block.find(doc)
	if err != nil {
		return nil, err
	}
	made, err := anchor.Make(doc, anchor.Request{Block: block, Quote: r.Quote, Prefix: r.Prefix, Suffix: r.Suffix})
	switch {
	case errors.Is(err, anchor.ErrAmbiguous):
		return nil, conflict("ambiguous-quote", "the quote stands more than once in the text; name the block, or quote more")
	case errors.Is(err, anchor.ErrAbsent):
		return nil, conflict("absent-quote", "the quote does not stand in the text")
	case err != nil:
		return nil, invalid("%s", err)
	}
	if err := s.publish(ctx, p, d, a); err != nil {
		return nil, err
	}
	return &made, s.o.Revisions.Save(ctx, doc)
}

// publish says in the log which text the page has now, if that is not known.
func (s *Service) publish(ctx context.Context, p *page, d Document, a access.Actor) error {
	if err := s.advance(ctx, p); err != nil {
		return err
	}
	p.mu.Lock()
	known, n := p.state.Published == d.Revision, p.state.N
	p.mu.Unlock()
	if known {
		return nil
	}
	if err := s.o.Revisions.Save(ctx, d.doc()); err != nil {
		return err
	}
	e := Event{ID: "doc:" + d.Revision[:16] + ":" + strconv.FormatUint(n, 10), Type: DocPublished, Time: s.now(), Revision: d.Revision, Kept: keptOf(d.doc()),
		Actor: Person{ID: "site", Name: "the site", Role: "site"}}
	_, _, err := s.append(ctx, p, e, nil)
	return err
}

// OpenThread begins a thread with its first comment. Again is true if it was
// there already.
func (s *Service) OpenThread(ctx context.Context, a access.Actor, d Document, r ThreadRequest) (id string, again bool, err error) {
	verb := access.OpenThread
	if r.Suggestion != nil {
		verb = access.Suggest
	}
	if err := access.Can(a, verb, access.Object{}); err != nil {
		return "", false, err
	}
	r.ID = orNew(r.ID)
	if r.Intent == "" {
		r.Intent = Remark
	}
	body, err := cleanBody(r.Body)
	switch {
	case err != nil:
		return "", false, err
	case !slices.Contains(Intents, r.Intent):
		return "", false, invalid("intent %q: there are comment, question, nit, praise and blocking", r.Intent)
	}
	if err := cleanID(r.ID); err != nil {
		return "", false, err
	}
	p := s.page(d.Page)
	e := s.event(ThreadOpened, a, r.ID)
	if _, ok, err := p.before(e); ok {
		return r.ID, true, err
	}
	e.Intent = r.Intent
	if e.Anchor, err = s.anchored(ctx, p, d, a, r.Anchor); err != nil {
		return "", false, err
	}
	e.Revision = e.Anchor.Revision
	if r.Suggestion != nil {
		if e.Suggest, err = suggestion(d, e.Anchor, *r.Suggestion); err != nil {
			return "", false, err
		}
	}
	_, again, err = s.append(ctx, p, e, &body)
	return r.ID, again, err
}

// suggestion pairs a proposed source with that of the block.
func suggestion(d Document, a *anchor.Anchor, proposed string) (*Suggest, error) {
	proposed, err := clean("suggestion", proposed, MaxSource)
	if err != nil {
		return nil, err
	}
	if a.Block == nil || a.Revision != d.Revision || d.Lines == nil {
		return nil, invalid("a suggestion is about one block of the text as it is now")
	}
	if a.Block.Line == 0 {
		return nil, invalid("this part of the text stands in another file, or its line is not known: say what to change in a comment")
	}
	old := d.Lines(a.Block.Line, a.Block.End)
	if old == strings.TrimRight(proposed, "\n") {
		return nil, invalid("the suggestion is what the block says already")
	}
	return &Suggest{Old: old, New: strings.TrimRight(proposed, "\n")}, nil
}

// Reply adds a comment to a thread.
func (s *Service) Reply(ctx context.Context, a access.Actor, d Document, thread string, r CommentRequest) (id string, again bool, err error) {
	if err := access.Can(a, access.Reply, access.Object{}); err != nil {
		return "", false, err
	}
	body, err := cleanBody(r.Body)
	if err != nil {
		return "", false, err
	}
	r.ID = orNew(r.ID)
	if err := cleanID(r.ID); err != nil {
		return "", false, err
	}
	p := s.page(d.Page)
	e := s.event(CommentAdded, a, r.ID)
	if _, ok, err := p.before(e); ok {
		return r.ID, true, err
	}
	if _, err := s.thread(ctx, p, thread); err != nil {
		return "", false, err
	}
	e.Thread = thread
	_, again, err = s.append(ctx, p, e, &body)
	return r.ID, again, err
}

// Edit replaces the body of a comment; the earlier one stays in its history.
func (s *Service) Edit(ctx context.Context, a access.Actor, d Document, comment string, r CommentRequest) error {
	p := s.page(d.Page)
	was, err := s.comment(ctx, p, comment)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.EditComment, access.Object{Author: was.Author.ID}); err != nil {
		return err
	}
	body, err := cleanBody(r.Body)
	if err != nil {
		return err
	}
	if body == was.Body && !was.Redacted {
		return nil
	}
	id, err := eventID("edit", r.ID)
	if err != nil {
		return err
	}
	e := s.event(CommentEdited, a, id)
	e.Thread, e.Comment = was.Thread, comment
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.last); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, &body)
	return err
}

// Redact destroys the body of a comment and those before it.
func (s *Service) Redact(ctx context.Context, a access.Actor, d Document, comment string) error {
	p := s.page(d.Page)
	was, err := s.comment(ctx, p, comment)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.RedactComment, access.Object{Author: was.Author.ID}); err != nil {
		return err
	}
	if was.Redacted {
		return nil
	}
	e := s.event(CommentRedacted, a, "redact:"+newID())
	e.Thread, e.Comment = was.Thread, comment
	_, _, err = s.append(ctx, p, e, nil)
	return err
}

// Resolve ends a thread.
func (s *Service) Resolve(ctx context.Context, a access.Actor, d Document, thread string, r ResolveRequest) error {
	p := s.page(d.Page)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Resolve, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	reason, err := clean("reason", r.Reason, MaxReason)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case !slices.Contains(ResolutionKinds, r.Kind):
		return invalid("kind %q: there are applied, answered, declined and obsolete", r.Kind)
	case r.Kind == Declined && reason == "":
		return invalid("who declines says why: reason is empty")
	}
	id, err := eventID("resolve", r.ID)
	if err != nil {
		return err
	}
	e := s.event(ThreadResolved, a, id)
	e.Thread, e.Kind = thread, r.Kind
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.last); err != nil {
		return err
	}
	text := &reason
	if reason == "" {
		text = nil
	}
	_, _, err = s.append(ctx, p, e, text)
	return err
}

// Reopen begins a thread again.
func (s *Service) Reopen(ctx context.Context, a access.Actor, d Document, thread string, r ResolveRequest) error {
	p := s.page(d.Page)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Reopen, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	id, err := eventID("reopen", r.ID)
	if err != nil {
		return err
	}
	e := s.event(ThreadReopened, a, id)
	e.Thread = thread
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.last); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, nil)
	return err
}

// Relink gives a thread another anchor; the old one stays in the log.
func (s *Service) Relink(ctx context.Context, a access.Actor, d Document, thread string, r RelinkRequest) error {
	p := s.page(d.Page)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Relink, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	id, err := eventID("relink", r.ID)
	if err != nil {
		return err
	}
	if r.Anchor == nil {
		r.Anchor = &r.AnchorRequest
	}
	e := s.event(ThreadRelinked, a, id)
	if e.Anchor, err = s.anchored(ctx, p, d, a, r.Anchor); err != nil {
		return err
	}
	e.Thread, e.Revision = thread, e.Anchor.Revision
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.last); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, nil)
	return err
}

// SubmitVerdict gives or withdraws a verdict. An approval and a request for changes name
// the revision that was read.
func (s *Service) SubmitVerdict(ctx context.Context, a access.Actor, d Document, r VerdictRequest) error {
	if err := access.Can(a, access.GiveVerdict, access.Object{}); err != nil {
		return err
	}
	body, err := clean("body", r.Body, MaxBody)
	if err != nil {
		return err
	}
	body = strings.TrimSpace(body)
	id, err := eventID("verdict", r.ID)
	if err != nil {
		return err
	}
	p := s.page(d.Page)
	e := s.event(ReviewSubmitted, a, id)
	switch r.Verdict {
	case Withdraw:
		e.Type = ReviewWithdrawn
	case Approve, RequestChanges:
		if r.Verdict == Approve && a.Anew && s.now().Sub(a.Since) > freshSignIn {
			return &Error{http.StatusUnauthorized, "sign-in-again", "an approval needs a sign-in within the last hour: sign in again at /sign-in/, and send it again"}
		}
		if r.Revision == "" {
			return invalid("revision is missing: a verdict is about the text that was read")
		}
	case Comments:
		if r.Revision == "" {
			r.Revision = d.Revision
		}
	default:
		return invalid("verdict %q: there are approve, request-changes, comment and withdraw", r.Verdict)
	}
	text := &body
	if body == "" || e.Type == ReviewWithdrawn {
		text = nil
	}
	if e.Type == ReviewSubmitted {
		if r.Revision != d.Revision {
			return conflict("revision", "the text has changed since; read it again")
		}
		if err := s.publish(ctx, p, d, a); err != nil {
			return err
		}
		e.Verdict, e.Revision = r.Verdict, r.Revision
	}
	_, _, err = s.append(ctx, p, e, text)
	return err
}

// sawOf is the change that somebody saw who names a version: its event, which has
// the same id in every clone.
func (p *page) sawOf(e Event, version, newest uint64, last change) (string, error) {
	if _, again, _ := p.before(e); again || version == 0 {
		return "", nil
	}
	if version == newest {
		return last.id, nil
	}
	return "", conflict("changed", "it was changed meanwhile, as event #%d; look at it again", newest)
}

// eventID is the id of an event that is no comment. The prefix keeps them apart
// from comments, and one kind from another.
func eventID(prefix, id string) (string, error) {
	if id == "" {
		return prefix + ":" + newID(), nil
	}
	if err := cleanID(id); err != nil {
		return "", err
	}
	return prefix + "::" + id, nil
}

func (s *Service) thread(ctx context.Context, p *page, id string) (Thread, error) {
	if err := s.advance(ctx, p); err != nil {
		return Thread{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.state.byID[id]; t != nil {
		return *t, nil
	}
	return Thread{}, notFound("there is no such thread")
}

func (s *Service) comment(ctx context.Context, p *page, id string) (Comment, error) {
	if err := s.advance(ctx, p); err != nil {
		return Comment{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.state.comments[id]; c != nil {
		return *c, nil
	}
	return Comment{}, notFound("there is no such comment")
}
