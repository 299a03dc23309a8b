package httpapi

import (
	"net/http"
	"slices"
	"time"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/refusal"
	"lockstep/site/review/subject"
)

// The JSON of the API. Fields are added, never changed.

type reviewJSON struct {
	Page      string         `json:"page"`
	Path      string         `json:"path"`
	Title     string         `json:"title"`
	Revision  string         `json:"revision"`
	AsOf      uint64         `json:"asOf"`
	Head      string         `json:"head"`
	Blockers  int            `json:"blockers"`
	Threads   []threadJSON   `json:"threads"`
	Verdicts  []verdictJSON  `json:"verdicts"`
	Approvers []approverJSON `json:"approvers"`
	You       *site.Reviewer `json:"you,omitempty"`
}

type threadJSON struct {
	ID         string          `json:"id"`
	Status     string          `json:"status"`
	Intent     string          `json:"intent"`
	Version    uint64          `json:"version"`
	Anchor     anchorJSON      `json:"anchor"`
	Comments   []commentJSON   `json:"comments"`
	Resolution *resolutionJSON `json:"resolution,omitempty"`
	Suggestion *suggestionJSON `json:"suggestion,omitempty"`
}

type anchorJSON struct {
	Kind   string     `json:"kind"`
	Quote  string     `json:"quote"`
	State  string     `json:"state"`
	Reason string     `json:"reason,omitempty"`
	Block  *int       `json:"block,omitempty"` // where it stands now
	Start  int        `json:"start"`
	End    int        `json:"end"`
	Then   []spanJSON `json:"then,omitempty"`
}

type spanJSON struct {
	Op    string `json:"op"`
	Text  string `json:"text"`
	Quote bool   `json:"quote,omitempty"`
}

type commentJSON struct {
	ID       string     `json:"id"`
	N        uint64     `json:"n"`
	Author   string     `json:"author"`
	Body     string     `json:"body"`
	HTML     string     `json:"html"`
	Created  time.Time  `json:"created"`
	Edited   *time.Time `json:"edited"`
	Redacted bool       `json:"redacted,omitempty"`
	Before   []editJSON `json:"before,omitempty"`
}

type editJSON struct {
	Body string    `json:"body"`
	HTML string    `json:"html"`
	At   time.Time `json:"at"`
}

type resolutionJSON struct {
	Kind   string    `json:"kind"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Commit string    `json:"commit,omitempty"`
}

type suggestionJSON struct {
	Old  string     `json:"old"`
	New  string     `json:"new"`
	Diff []spanJSON `json:"diff"`
}

type verdictJSON struct {
	Author   string    `json:"author"`
	Verdict  string    `json:"verdict"`
	Body     string    `json:"body,omitempty"`
	HTML     string    `json:"html,omitempty"`
	Revision string    `json:"revision"`
	At       time.Time `json:"at"`
	Stale    bool      `json:"stale"`
	Earlier  bool      `json:"earlier,omitempty"`

	Signature string `json:"signature"` // signed, unlisted, unsigned, broken
	SignedAs  string `json:"signedAs,omitempty"`
	Key       string `json:"key,omitempty"` // its fingerprint
	Doubt     string `json:"doubt,omitempty"`
}

type approverJSON struct {
	Name  string `json:"name"`
	State string `json:"state"`
	By    string `json:"by,omitempty"` // the id of who it is
}

func toJSON(r *site.Review, d subject.Page) reviewJSON {
	out := reviewJSON{Page: r.Page, Path: d.Path, Title: d.Title, Revision: r.Revision, AsOf: r.AsOf, Head: r.Head, Blockers: r.Blockers,
		Threads: []threadJSON{}, Verdicts: []verdictJSON{}, Approvers: []approverJSON{}}
	for _, t := range r.Threads {
		out.Threads = append(out.Threads, threadToJSON(t))
	}
	for _, v := range r.Verdicts {
		out.Verdicts = append(out.Verdicts, verdictJSON{v.Author, v.Verdict, v.Body, string(v.HTML), v.Revision, v.At, v.Stale, v.Earlier,
			v.Signature, v.SignedAs, v.Key, v.Doubt})
	}
	for _, a := range r.Approvers {
		out.Approvers = append(out.Approvers, approverJSON(a))
	}
	return out
}

func threadToJSON(t site.Thread) threadJSON {
	out := threadJSON{ID: t.ID, Status: t.Status, Intent: t.Intent, Version: t.Version,
		Anchor:   anchorJSON{Kind: t.Kind, Quote: t.Quote, State: t.State, Reason: t.Reason, Start: t.Start, End: t.End, Then: spans(t.Then)},
		Comments: []commentJSON{}}
	if t.Block >= 0 {
		out.Anchor.Block = &t.Block
	}
	for _, c := range t.Comments {
		out.Comments = append(out.Comments, commentToJSON(c))
	}
	if t.Status == "resolved" {
		out.Resolution = &resolutionJSON{t.Resolution.Kind, t.Resolution.Reason, t.Resolution.By, t.Resolution.At, t.Resolution.Commit}
	}
	if g := t.Suggestion; g != nil {
		out.Suggestion = &suggestionJSON{g.Old, g.New, spans(g.Diff)}
	}
	return out
}

func commentToJSON(c site.Comment) commentJSON {
	out := commentJSON{ID: c.ID, N: c.N, Author: c.Author, Body: c.Body, HTML: string(c.HTML), Created: c.Created, Redacted: c.Redacted}
	if !c.Edited.IsZero() {
		out.Edited = &c.Edited
	}
	for _, e := range c.Before {
		out.Before = append(out.Before, editJSON{e.Body, string(e.HTML), e.At})
	}
	return out
}

func spans(in []site.Span) (out []spanJSON) {
	for _, s := range in {
		out = append(out, spanJSON{string(rune(s.Op)), s.Text, s.Quote})
	}
	return out
}

func (a *API) getReview(q *request) error {
	r, err := a.o.Service.Review(q.r.Context(), q.d, q.actor)
	if err != nil {
		return err
	}
	out := toJSON(r, q.d)
	if q.actor.ID != "" {
		out.You = &r.You
	}
	return q.answer(http.StatusOK, out)
}

func (a *API) getThread(q *request) error {
	return a.answerThread(q, http.StatusOK, q.r.PathValue("thread"))
}

// getBlock answers with a block and its source, for those who suggest another.
func (a *API) getBlock(q *request) error {
	n, err := review.BlockRef(q.r.PathValue("block")).Find(q.d.Doc())
	if err != nil || n == nil {
		return refusal.NotFound("the text has no such block")
	}
	b := q.d.Blocks[*n]
	out := map[string]any{"n": b.N, "kind": b.Kind, "id": b.ID, "text": b.Text, "line": b.Line, "revision": q.d.Revision}
	if q.d.Lines != nil {
		out["source"] = q.d.Lines(b.Line, b.End)
	}
	return q.answer(http.StatusOK, out)
}

// answerThread answers with a thread as it is now.
func (a *API) answerThread(q *request, status int, id string) error {
	r, err := a.o.Service.Review(q.r.Context(), q.d, q.actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(r.Threads, func(t site.Thread) bool { return t.ID == id })
	if i < 0 {
		return refusal.NotFound("there is no such thread")
	}
	return q.answer(status, threadToJSON(r.Threads[i]))
}

// answerComment answers with a comment as it is now.
func (a *API) answerComment(q *request, status int, id string) error {
	r, err := a.o.Service.Review(q.r.Context(), q.d, q.actor)
	if err != nil {
		return err
	}
	for _, t := range r.Threads {
		for _, c := range t.Comments {
			if c.ID == id {
				return q.answer(status, commentToJSON(c))
			}
		}
	}
	return refusal.NotFound("there is no such comment")
}
