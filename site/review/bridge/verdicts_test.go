package bridge_test

import (
	"context"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/bridge/bridgetest"
	"lockstep/site/review/decider"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
	"lockstep/site/review/standing"
	"lockstep/site/review/subject"
)

func (r *repo) standing(trust *standing.Trust) site.Approver {
	r.t.Helper()
	d := r.doc()
	d.Trust = trust
	shown, err := r.desk(false).Review(r.t.Context(), d, ada)
	if err != nil {
		r.t.Fatal(err)
	}
	return shown.Approvers[0]
}

// TestBridge_approval: an approval of a forge is shown as that of an account,
// unsigned, and decides only where the repository lists the number of the account and
// demands no signature.
func TestBridge_approval(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		impostor := bridgetest.User{ID: 666, Login: "Ada"}
		r.server.Judge(impostor, "APPROVED", "", head)
		r.server.Judge(bridgetest.Octo, "APPROVED", "", head)
		r.run()
		shown := r.shown()
		if len(shown.Verdicts) != 2 || shown.Verdicts[1].Signature != "unsigned" || !strings.HasPrefix(shown.Verdicts[1].Author, "octocat at 127.0.0.1") || shown.Verdicts[1].AuthorID != account(r, bridgetest.Octo) {
			t.Fatalf("the verdicts are %+v", shown.Verdicts)
		}
		octo := account(r, bridgetest.Octo)
		for _, tt := range []struct {
			what  string
			trust *standing.Trust
			want  string
		}{
			{"nobody is listed, and somebody is called Ada there", nil, standing.Waiting},
			{"another is listed", &standing.Trust{Deciders: decider.Map{"Ada": {"ada@example.org", "octocat", "@octocat", "583231"}}}, standing.Waiting},
			{"the login is listed", &standing.Trust{Deciders: decider.Map{"Ada": {strings.Replace(octo, "583231", "octocat", 1)}}}, standing.Waiting},
			{"the account is listed", &standing.Trust{Deciders: decider.Map{"Ada": {octo}}}, standing.Approved},
			{"the account is listed, and signatures are demanded", &standing.Trust{Deciders: decider.Map{"Ada": {octo}}, Demanded: true}, standing.Unsigned},
		} {
			if got := r.standing(tt.trust); got.State != tt.want {
				t.Errorf("%s: Ada is %q, want %q", tt.what, got.State, tt.want)
			}
		}
		r.quiet()
	})
}

// TestBridge_verdicts: what is taken back is withdrawn, what is of an older text is
// not carried, an approval waits for what blocks, and outsiders only talk.
func TestBridge_verdicts(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		v := r.server.Judge(bridgetest.Octo, "CHANGES_REQUESTED", "Not yet.", head)
		r.run()
		if got := r.shown().Verdicts; len(got) != 1 || got[0].Verdict != "request-changes" || got[0].Body != "Not yet." && r.kind() != "gitlab" {
			t.Fatalf("the objection is %+v", got)
		}
		r.quiet()
		v.Dismissed = true
		r.run()
		if got := r.shown().Verdicts; len(got) != 0 {
			t.Errorf("what was taken back stands: %+v", got)
		}
		r.quiet()

		old := strings.Repeat("2", 40)
		if r.kind() == "gitlab" {
			old = "" // GitLab does not say when
		}
		stale := r.server.Judge(bridgetest.Octo, "APPROVED", "", old)
		if report := r.run(); len(r.shown().Verdicts) != 0 || !strings.Contains(strings.Join(report.Left, "\n"), "let them look again") {
			t.Errorf("an approval of an older text: %+v, %+v", r.shown().Verdicts, report)
		}
		stale.Dismissed = true

		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			_, _, err := d.OpenThread(ctx, ada, doc, review.ThreadRequest{ID: "stop", Body: "Stop.", Intent: event.Blocking})
			return err
		})
		r.server.Judge(bridgetest.Octo, "APPROVED", "", head)
		if report := r.run(); len(r.shown().Verdicts) != 0 || !strings.Contains(strings.Join(report.Left, "\n"), "waits") {
			t.Errorf("an approval while a thread blocks: %+v, %+v", r.shown().Verdicts, report)
		}
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.Resolve(ctx, ada, doc, "stop", review.ResolveRequest{Kind: event.Answered})
		})
		r.run()
		if got := r.shown().Verdicts; len(got) != 1 || got[0].Verdict != "approve" {
			t.Errorf("once nothing blocks: %+v", got)
		}
		r.quiet()

		if r.kind() == "gitlab" {
			return // nobody else may approve there
		}
		r.server.Judge(bridgetest.Hubot, "APPROVED", "Looks good.", head)
		report := r.run()
		last := r.shown()
		said := false
		for _, th := range last.Threads {
			said = said || th.Comments[0].Body == "Looks good." && strings.HasPrefix(th.Comments[0].Author, "hubot at ")
		}
		if len(last.Verdicts) != 1 || !said || !strings.Contains(strings.Join(report.Left, "\n"), "does not count") {
			t.Errorf("who may not merge: %+v, said %v, %q", last.Verdicts, said, report.Left)
		}
		r.quiet()
	})
}

// TestBridge_verdict_out: a verdict of the page is words at the forge.
func TestBridge_verdict_out(t *testing.T) {
	each(t, func(t *testing.T, r *repo) {
		r.on(func(ctx context.Context, d *offline.Desk, doc subject.Page) error {
			return d.SubmitVerdict(ctx, ada, doc, review.VerdictRequest{Verdict: event.Approve, Body: "Good.", Revision: doc.Revision})
		})
		r.run()
		if words := strings.Join(r.bodies(), "\n"); !strings.Contains(words, "**Ada** approves this text") || !strings.Contains(words, "nobody signed it") || !strings.Contains(words, "Good.") {
			t.Errorf("the verdict was posted as %q", words)
		}
		for _, v := range r.server.Reviews {
			if v.State != "COMMENT" {
				t.Errorf("the bridge gave a verdict at the forge: %+v", v)
			}
		}
		r.quiet()
		if r.kind() == "gitlab" {
			r.server.Answer(bridgetest.Octo, r.server.Posted()[0], "Is it?")
			if report := r.run(); !strings.Contains(strings.Join(report.Left, "\n"), "octocat answered a post") {
				t.Errorf("an answer to a verdict was not carried, and that was not said: %+v", report)
			}
		}
	})
}
