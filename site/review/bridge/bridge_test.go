package bridge_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/bridge/bridgetest"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
	"lockstep/site/review/subject"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func open(quote, id string) func(context.Context, *offline.Desk, subject.Page) error {
	return func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
		_, _, err := d.OpenThread(ctx, ada, doc, review.ThreadRequest{ID: id, Body: "What of " + quote + "?", Anchor: &review.AnchorRequest{Quote: quote}})
		return err
	}
}

func reply(thread, id, body string) func(context.Context, *offline.Desk, subject.Page) error {
	return func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
		_, _, err := d.Reply(ctx, ada, doc, thread, review.CommentRequest{ID: id, Body: body})
		return err
	}
}

// TestBridge: a comment on a line becomes a thread on its words, the answer on the
// page an answer at the forge, and so on; and a run without news changes nothing.
func TestBridge(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		first := r.server.Say(bridgetest.Octo, file, 11, "Does it survive two?")
		r.server.Say(bridgetest.Octo, "main.go", 1, "This is no page.")
		r.run()
		thread := r.only()
		if thread.Quote != "It must survive a crash." || thread.State != "exact" || thread.Kind != "passage" {
			t.Errorf("the comment on line 11 stands at %q (%s, %s)", thread.Quote, thread.Kind, thread.State)
		}
		c := thread.Comments[0]
		if !strings.HasPrefix(c.Author, "octocat at 127.0.0.1") || c.AuthorID != account(r, bridgetest.Octo) || c.Body != "Does it survive two?" || !c.Created.Equal(first.At) {
			t.Errorf("the comment is shown as %+v", c)
		}
		r.quiet()

		r.on(reply(thread.ID, "answer", "It does."))
		r.run()
		posted := r.server.Posted()
		if len(posted) != 1 || posted[0].Path != file || posted[0].Was != 11 || posted[0].Root != first.Root && r.isGitHub() {
			t.Fatalf("the answer was posted as %+v", posted)
		}
		if body := r.bodies()[0]; !strings.Contains(body, "**Ada** on the page `"+name+"`") || !strings.Contains(body, "It does.") {
			t.Errorf("the answer says %q", body)
		}
		r.quiet()

		r.server.Answer(bridgetest.Octo, first, "Thank you.")
		r.run()
		if got := r.only().Comments; len(got) != 3 || got[2].Body != "Thank you." {
			t.Errorf("the thread has %+v", got)
		}
		r.quiet()
	})
}

func (r *repo) isGitHub() bool { return r.kind() == "github" }

func (r *repo) kind() string {
	pull, err := r.forge.Pull(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return pull.Scheme
}

// TestBridge_outward: a thread of the page stands at its line if the diff shows it,
// and else at the file or at the whole, with the passage quoted.
func TestBridge_outward(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.on(open("survive a crash", "in-the-diff"))
		r.on(open("it is simple", "elsewhere"))
		r.on(reply("in-the-diff", "more", "And of a fire?"))
		r.run()
		posted := r.server.Posted()
		if len(posted) != 3 {
			t.Fatalf("%d comments were posted, want 3: %q", len(posted), r.bodies())
		}
		for _, c := range posted {
			switch {
			case strings.Contains(c.Body, "What of survive"):
				if c.Path != file || c.Was != 11 || strings.Contains(c.Body, "> survive a crash") {
					t.Errorf("a passage that the diff shows: %+v", c)
				}
			case strings.Contains(c.Body, "fire"):
				if c.Was != 11 {
					t.Errorf("an answer stands elsewhere: %+v", c)
				}
			default:
				wantFile := map[string]string{"github": file, "gitlab": file, "gitea": ""}[r.kind()]
				if c.Line != 0 || c.Path != wantFile || !strings.Contains(c.Body, "> it is simple\n") {
					t.Errorf("a passage that the diff does not show: %+v", c)
				}
			}
		}
		r.quiet()

		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Edit(ctx, ada, doc, "more", review.CommentRequest{Body: "And of a flood?"})
		})
		r.run()
		if !strings.Contains(strings.Join(r.bodies(), "\n"), "flood") || strings.Contains(strings.Join(r.bodies(), "\n"), "fire") {
			t.Errorf("the edit was not carried: %q", r.bodies())
		}
		r.quiet()
		r.on(reply("elsewhere", "unsaid", "Never mind."))
		for _, id := range []string{"more", "unsaid"} {
			r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error { return d.Redact(ctx, ada, doc, id) })
		}
		r.run()
		if n := len(r.server.Posted()); n != 3 {
			t.Errorf("what was redacted before it was posted was posted: %q", r.bodies())
		}
		if all := strings.Join(r.bodies(), "\n"); strings.Contains(all, "flood") || !strings.Contains(all, "redacted on the page") {
			t.Errorf("the redaction was not carried: %q", all)
		}
		r.quiet()
	})
}

// TestBridge_edits: what is edited at the forge is edited on the page, what is
// deleted there is redacted, and what the page has redacted does not come back.
func TestBridge_edits(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		c := r.server.Say(bridgetest.Octo, file, 15, "Why?")
		r.run()
		for _, body := range []string{"Why not?", "Why?", "Why not?"} {
			r.server.Edit(c, body+"\r\n")
			r.run()
			if got := r.only().Comments[0].Body; got != body {
				t.Errorf("the comment says %q after the edit, want %q", got, body)
			}
			r.quiet()
		}
		r.server.Delete(c)
		r.run()
		if got := r.only().Comments[0]; !got.Redacted {
			t.Errorf("what was deleted at the forge is %+v", got)
		}
		r.quiet()

		again := r.server.Say(bridgetest.Octo, file, 15, "A secret.")
		r.run()
		id := ""
		for _, th := range r.shown().Threads {
			if !th.Comments[0].Redacted {
				id = th.ID
			}
		}
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Redact(ctx, ada, doc, id)
		})
		r.server.Edit(again, "A secret, again.")
		report := r.run()
		for _, th := range r.shown().Threads {
			if !th.Comments[0].Redacted {
				t.Errorf("what was redacted on the page came back: %+v", th.Comments)
			}
		}
		if !strings.Contains(strings.Join(report.Left, "\n"), "delete it there, too") {
			t.Errorf("that it still stands at the forge was not said: %q", report.Left)
		}
	})
}

// TestBridge_missing: a comment that a list lacks is not redacted unless the forge
// says of the very comment that it is gone.
func TestBridge_missing(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		c := r.server.Say(bridgetest.Octo, file, 15, "Why?")
		r.run()
		r.server.Before = func(w http.ResponseWriter, q *http.Request) bool {
			unlock := r.server.Lock()
			defer unlock()
			one := strings.HasSuffix(q.URL.Path, "/"+itoa(c.ID))
			list := strings.HasSuffix(q.URL.Path, "/comments") || strings.HasSuffix(q.URL.Path, "/discussions")
			switch {
			case q.Method != http.MethodGet:
			case one:
				w.WriteHeader(http.StatusForbidden)
				return true
			case list:
				w.Header().Set("Content-Type", "application/json")
				w.Write([]byte("[]"))
				return true
			}
			return false
		}
		report := r.run()
		if r.only().Comments[0].Redacted || !strings.Contains(strings.Join(report.Left, "\n"), "it stays") {
			t.Errorf("a comment that no list has: %+v, %q", r.only().Comments[0], report.Left)
		}
	})
}

// TestBridge_settled: threads are settled and taken up again on either side, where
// the API can; where it cannot, it is said in words, and the sides do not fight.
func TestBridge_settled(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		c := r.server.Say(bridgetest.Octo, file, 15, "Why?")
		r.run()
		id := r.only().ID
		settled := func() bool { defer r.server.Lock()(); return c.Resolver != nil }
		resolve := func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Resolve(ctx, ada, doc, id, review.ResolveRequest{Kind: event.Declined, Reason: "Out of scope."})
		}
		reopen := func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Reopen(ctx, ada, doc, id, review.ResolveRequest{})
		}
		tells := r.kind() != "github"
		marks := tells && t.Name() != "TestBridge_settled/forgejo"
		for round, act := range []func(context.Context, *offline.Desk, subject.Page) error{resolve, reopen, resolve} {
			r.on(act)
			r.run()
			ended := round != 1
			if marks && settled() != ended {
				t.Errorf("round %d: the discussion is settled: %v, want %v", round, settled(), ended)
			}
			if n := len(r.server.Posted()); n != round+1 {
				t.Errorf("round %d: %d words were posted", round, n)
			}
			if got := r.only().Status == "resolved"; got != ended {
				t.Errorf("round %d: the thread on the page is resolved: %v", round, got)
			}
			r.quiet()
		}
		if words := strings.Join(r.bodies(), "\n"); !strings.Contains(words, "resolved this") || !strings.Contains(words, "declined") || !strings.Contains(words, "> Out of scope.") || !strings.Contains(words, "reopened") {
			t.Errorf("what was said: %q", words)
		}
		if !marks {
			return
		}
		for _, now := range []bool{false, true, false} {
			r.server.Settle(bridgetest.Octo, c, now)
			r.run()
			thread := r.only()
			if got := thread.Status == "resolved"; got != now {
				t.Errorf("settled at the forge: %v, and the page says %s", now, thread.Status)
			}
			if now && !strings.HasPrefix(thread.Resolution.By, "octocat at ") {
				t.Errorf("who settled it: %+v", thread.Resolution)
			}
			r.quiet()
		}
	})
}

// TestBridge_blocker: a forge ends no blocking thread.
func TestBridge_blocker(t *testing.T) {
	r := kinds["gitlab"](t)
	r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
		_, _, err := d.OpenThread(ctx, ada, doc, review.ThreadRequest{ID: "stop", Body: "Stop.", Intent: event.Blocking, Anchor: &review.AnchorRequest{Quote: "one log per shard"}})
		return err
	})
	r.run()
	r.server.Settle(bridgetest.Octo, r.server.Posted()[0], true)
	report := r.run()
	if r.only().Status != "open" || len(report.Left) == 0 {
		t.Errorf("a forge ended a blocking thread: %+v, left %q", r.only(), report.Left)
	}
}

// TestBridge_crash: broken off after any of its writes, with or without an answer, a
// run is finished by the next, and nothing is there twice.
func TestBridge_crash(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		want := -1
		for at := 1; at != want; at++ {
			r := kinds[t.Name()[len("TestBridge_crash/"):]](t)
			c := r.server.Say(bridgetest.Octo, file, 15, "Why?")
			r.run()
			id := r.only().ID
			r.on(reply(id, "a", "First."))
			r.on(reply(id, "b", "Second."))
			r.on(open("survive a crash", "c"))
			r.on(reply("c", "d", "Third."))
			r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
				if err := d.SubmitVerdict(ctx, ada, doc, review.VerdictRequest{Verdict: event.RequestChanges, Revision: doc.Revision}); err != nil {
					return err
				}
				return d.Resolve(ctx, ada, doc, id, review.ResolveRequest{Kind: event.Answered})
			})
			r.server.Answer(bridgetest.Octo, c, "Aha.")
			n := 0
			r.server.SetAfter(func(q *http.Request) {
				if q.Method == http.MethodGet {
					return
				}
				if n++; n == at {
					panic(http.ErrAbortHandler)
				}
			})
			_, err := r.try(false)
			if err == nil {
				want = at // there are fewer writes than that
			}
			r.server.SetAfter(nil)
			r.run()
			r.quiet()
			words := r.bodies()
			slices.Sort(words)
			if len(words) != len(slices.Compact(slices.Clone(words))) || len(words) != 6 {
				t.Fatalf("broken off at write %d, %d words were posted, want 6 different ones: %q", at, len(words), words)
			}
			if want < 0 && at > 20 {
				t.Fatal("the run never ends")
			}
			if err == nil {
				return
			}
		}
	})
}

// TestBridge_marks: a mark in a comment of anybody else hides nothing and posts
// nothing in its place; one in the words of a page does not either.
func TestBridge_marks(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		mark := "<!-- lockstep comment adr%2F0001-use-a-log ours 0123456789abcdef -->\n"
		r.server.Say(bridgetest.Hubot, "", 0, mark+"Hidden?")
		r.on(open("survive a crash", "ours"))
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			_, _, err := d.OpenThread(ctx, ada, doc, review.ThreadRequest{ID: "other", Body: strings.ReplaceAll(mark, " ours ", " third ") + "Words."})
			return err
		})
		r.on(open("it is simple", "third"))
		r.run()
		if n := len(r.server.Posted()); n != 3 {
			t.Errorf("%d threads of the page were posted, want 3: %q", n, r.bodies())
		}
		hidden := slices.ContainsFunc(r.shown().Threads, func(th site.Thread) bool { return strings.Contains(th.Comments[0].Body, "Hidden?") })
		if !hidden {
			t.Error("a comment with a mark that was made up is not on the page")
		}
		r.quiet()
	})
}

// TestBridge_ids: who chooses an id on the page that a comment of the forge will have
// does not become its author, and does not keep it from being said.
func TestBridge_ids(t *testing.T) {
	r := kinds["github"](t)
	r.server.Say(bridgetest.Octo, file, 15, "Why?")
	r.run()
	id := r.only().ID
	r.lines, r.docs = nil, nil
	r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
		_, _, err := d.OpenThread(ctx, ada, doc, review.ThreadRequest{ID: id, Body: "Mine."})
		return err
	})
	report := r.run()
	if got := r.only().Comments[0]; got.Body != "Mine." || got.AuthorID != ada.ID {
		t.Errorf("the comment on the page became %+v", got)
	}
	if len(r.server.Posted()) != 1 || !strings.Contains(strings.Join(report.Left, "\n"), "has its id") {
		t.Errorf("posted %q, left %q", r.bodies(), report.Left)
	}
}

// TestBridge_harmless: what people write on pages notifies nobody and commands
// nothing, although it is posted with the rights of the bridge.
func TestBridge_harmless(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			_, _, err := d.OpenThread(ctx, access.Actor{ID: "invite:1", Name: "/close @all", Role: access.Commenter}, doc,
				review.ThreadRequest{ID: "x", Body: "/merge\n\n  /approve\n@octocat <!-- hidden -->\n\n```\n/unclosed\n"})
			return err
		})
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Resolve(ctx, ada, doc, "x", review.ResolveRequest{Kind: event.Declined, Reason: "no\n/merge"})
		})
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Reopen(ctx, ada, doc, "x", review.ResolveRequest{})
		})
		r.run()
		if len(r.bodies()) == 0 {
			t.Fatal("nothing was posted")
		}
		for _, body := range r.bodies() {
			for line := range strings.SplitSeq(body, "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "/") {
					t.Errorf("a line is a command: %q", line)
				}
			}
			if strings.Contains(body, "@o") || strings.Contains(body, "@a") || strings.Contains(body, "<!--") {
				t.Errorf("it notifies or hides: %q", body)
			}
		}
		r.quiet()
	})
}

// TestBridge_dry says what would be done, and does nothing.
func TestBridge_dry(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.server.Say(bridgetest.Octo, file, 11, "Does it survive two?")
		r.on(open("survive a crash", "a"))
		r.on(reply("a", "b", "More."))
		lines := len(r.lines)
		report, err := r.try(true)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.In) != 1 || len(report.Out) != 2 || r.server.Writes() != 0 || len(r.lines) != lines || r.saves != 0 {
			t.Errorf("a dry run: %+v, %d writes, %d saves", report, r.server.Writes(), r.saves)
		}
	})
}

// TestBridge_twice: two runs that know nothing of each other write the same bytes, so
// what they carried is there once where they meet.
func TestBridge_twice(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		c := r.server.Say(bridgetest.Octo, file, 11, "Does it survive two?")
		r.server.Answer(bridgetest.Octo, c, "I mean it.")
		base := r.lines
		r.run()
		one := r.lines
		r.lines = base
		r.on(open("it is simple", "meanwhile")) // another branch
		r.run()
		r.lines = append(r.lines, one...)
		n := 0
		for _, th := range r.shown().Threads {
			if strings.HasPrefix(th.Comments[0].Author, "octocat") {
				n++
				if len(th.Comments) != 2 {
					t.Errorf("the thread has %d comments, want 2", len(th.Comments))
				}
			}
		}
		if n != 1 {
			t.Errorf("the thread is there %d times", n)
		}
	})
}

// TestBridge_whole: a comment about the whole pull request is about the only page
// there is, or about what it quotes, and otherwise it is said that nobody knows.
func TestBridge_whole(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.server.Say(bridgetest.Octo, "", 0, "All of it is fine.")
		r.server.Say(bridgetest.Octo, "", 0, "> We keep **one log** per shard.\n\nWhy not two?")
		r.run()
		kinds := make(map[string]string)
		for _, th := range r.shown().Threads {
			kinds[th.Comments[0].Body] = th.Kind + " " + th.Quote
		}
		if kinds["All of it is fine."] != "page " || !strings.HasPrefix(kinds["Why not two?"], "passage We keep one log per shard.") {
			t.Errorf("the comments stand at %q", kinds)
		}
		r.quiet()
		// The answer goes to the same discussion, or quotes it.
		for _, th := range r.shown().Threads {
			r.on(reply(th.ID, "re-"+th.ID[len(th.ID)-6:]+strconv.Itoa(len(th.Quote)), "Because."))
		}
		r.run()
		if n := len(r.server.Posted()); n != 2 {
			t.Errorf("%d answers were posted: %q", n, r.bodies())
		}
		if words := strings.Join(r.bodies(), "\n"); r.kind() != "gitlab" && !strings.Contains(words, "> All of it is fine.") {
			t.Errorf("an answer does not quote what it answers: %q", words)
		}
		r.quiet()

		r.write(map[string]string{file: text, "adr/0002-other.md": strings.ReplaceAll(text, "log", "queue"), "lockstep.yaml": "title: T\n"})
		unlock := r.server.Lock()
		r.server.Files = append(r.server.Files, bridgetest.File{Path: "adr/0002-other.md", Old: "adr/0002-other.md", Patch: patch})
		unlock()
		r.server.Say(bridgetest.Octo, "", 0, "Which one?")
		if report := r.run(); !strings.Contains(strings.Join(report.Left, "\n"), "which changes 2 pages") {
			t.Errorf("a comment about the whole of two pages: %+v", report)
		}
	})
}

// TestBridge_outdated: a comment on a line that is not there any more stands at the
// words that it was about, or on the page with the line quoted.
func TestBridge_outdated(t *testing.T) {
	for _, kind := range []string{"github", "gitea"} {
		t.Run(kind, func(t *testing.T) {
			r := kinds[kind](t)
			for i, code := range []string{"- Good, because it is **simple**.", "- Odd, because it is gone."} {
				c := r.server.Say(bridgetest.Octo, file, 11+i, "Really?")
				c.Code, c.Line = code, 0
				for _, v := range r.server.Reviews {
					v.Commit = strings.Repeat("2", 40)
				}
			}
			r.run()
			var got []string
			for _, th := range r.shown().Threads {
				got = append(got, th.Kind+"|"+th.Quote+"|"+th.Comments[0].Body)
			}
			slices.Sort(got)
			want := []string{"page||> - Odd, because it is gone.\n\nReally?", "passage|Good, because it is simple.|Really?"}
			if !slices.Equal(got, want) {
				t.Errorf("outdated comments stand at %q", got)
			}
			r.quiet()
		})
	}
}

// TestBridge_head: lines of another text are not taken for those of the checkout.
func TestBridge_head(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.same = nil
		r.server.Say(bridgetest.Octo, file, 11, "Where?")
		if _, err := r.try(false); err == nil || !strings.Contains(err.Error(), "check it out") {
			t.Errorf("a checkout of another commit: %v", err)
		}
	})
}
