package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lockstep/site/review"
	"lockstep/site/review/access"
)

// TestMay: what a page offers somebody to do with a thread is what they can do.
func TestMay(t *testing.T) {
	w := newWorld(t)
	w.apply = func(context.Context, review.SourceEdit) (string, error) { return "0123456789", nil }
	w.start()
	n := 0
	for _, opener := range []string{"Ada", "Carl"} {
		for who, role := range map[string]access.Role{"Ada": access.Reviewer, "Carl": access.Commenter, "Bob": access.Reviewer, "Max": access.Maintainer, "Rita": access.Reader} {
			open := func() (string, map[string]bool) {
				n++
				id := fmt.Sprintf("t%d", n)
				w.must(201, opener, "POST", base+"/threads", fmt.Sprintf(`{"id":%q,"body":"Say more.","anchor":{"quote":"We need one order."},"suggestion":"We need %d orders. Every member sees the same messages in the same order."}`, id, n))
				d, _ := w.Document("adr/0001-log")
				r, err := w.s.Review(t.Context(), d, access.Actor{ID: "test:" + who, Name: who, Role: role})
				if err != nil {
					t.Fatal(err)
				}
				for _, thread := range r.Threads {
					if thread.ID == id {
						return id, map[string]bool{"comments": thread.May.Reply, "resolve": thread.May.Resolve, "reopen": thread.May.Reopen, "relink": thread.May.Relink, "apply": thread.May.Apply}
					}
				}
				t.Fatalf("no thread %s", id)
				return "", nil
			}
			for verb, body := range map[string]string{"comments": `{"body":"x"}`, "resolve": `{"kind":"answered"}`, "reopen": `{}`, "relink": `{"quote":"one log per shard"}`, "apply": `{}`} {
				id, offered := open()
				if verb == "reopen" {
					w.must(200, "Max", "POST", base+"/threads/"+id+"/resolve", `{"kind":"answered"}`)
				}
				status, answer := w.do(who, "POST", base+"/threads/"+id+"/"+verb, body)
				if offered[verb] != (status < 300) {
					t.Errorf("%s is offered %s of a thread by %s: %v, and doing it is answered with %d %v", who, verb, opener, offered[verb], status, answer["detail"])
				}
			}
		}
	}
}

// TestMay_approve: who must sign in again before an approval is told so beforehand.
func TestMay_approve(t *testing.T) {
	w := newWorld(t)
	d, _ := w.Document("adr/0001-log")
	for who, again := range map[string]bool{"Ada": false, "Olga": true} {
		actor, err := w.Identify(&http.Request{Header: http.Header{"Who": {who}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.s.Review(t.Context(), d, actor)
		if err != nil {
			t.Fatal(err)
		}
		status, _ := w.do(who, "PUT", base+"/verdict", fmt.Sprintf(`{"verdict":"approve","revision":%q}`, d.Revision))
		if r.You.Again != again || (status == 401) != again {
			t.Errorf("%s must sign in again: %v, and the approval is answered with %d", who, r.You.Again, status)
		}
	}
}

// TestApply: a suggestion is written once, by who may, and its thread ends with the
// commit. What cannot be written leaves the thread open and says why.
func TestApply(t *testing.T) {
	w := newWorld(t)
	var edits []review.SourceEdit
	var fails error
	w.apply = func(_ context.Context, e review.SourceEdit) (string, error) {
		if fails != nil {
			return "", fails
		}
		edits = append(edits, e)
		return "0123456789abcdef", nil
	}
	w.start()
	w.must(201, "Ada", "POST", base+"/threads", `{"id":"s","body":"Shorter.","anchor":{"quote":"We keep one log per shard"},"suggestion":"We keep one log per shard."}`)
	w.must(201, "Ada", "POST", base+"/threads", `{"id":"plain","body":"No suggestion."}`)
	w.must(404, "Max", "POST", base+"/threads/plain/apply", `{}`)
	w.must(403, "Ada", "POST", base+"/threads/s/apply", `{}`)
	fails = errors.New("the file has other changes")
	if refused := w.must(409, "Max", "POST", base+"/threads/s/apply", `{}`); !strings.Contains(fmt.Sprint(refused["detail"]), "the file has other changes") {
		t.Errorf("refused with %v", refused)
	}
	if now := w.must(200, "Max", "GET", base+"/threads/s", ""); now["status"] != "open" {
		t.Errorf("nothing was written, and the thread is %v", now["status"])
	}
	fails = nil
	w.must(409, "Max", "POST", base+"/threads/s/apply", `{"version":1}`) // it was changed since
	done := w.must(200, "Max", "POST", base+"/threads/s/apply", `{}`)
	if end, _ := done["resolution"].(map[string]any); end["kind"] != "applied" || end["commit"] != "0123456789abcdef" || end["by"] != "Max" {
		t.Errorf("the thread ended as %v", done["resolution"])
	}
	w.must(409, "Max", "POST", base+"/threads/s/apply", `{}`)
	if len(edits) != 1 || edits[0].New != "We keep one log per shard." || edits[0].By.ID != "test:Ada" {
		t.Errorf("the edits are %+v", edits)
	}
}

// TestApply_nowhere: a server without a repository writes nothing.
func TestApply_nowhere(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Ada", "POST", base+"/threads", `{"id":"s","body":"Shorter.","anchor":{"quote":"We keep one log per shard"},"suggestion":"We keep one log per shard."}`)
	if refused := w.must(409, "Max", "POST", base+"/threads/s/apply", `{}`); refused["code"] != "no-repository" {
		t.Errorf("refused with %v", refused)
	}
	status, text := w.raw("", "GET", "/reviews/adr/0001-log/threads/s/suggestion.patch", "")
	if status != 200 || !strings.Contains(string(text), "\n-We keep one log per shard, since a log is the simplest thing that has an order.\n+We keep one log per shard.\n") {
		t.Errorf("the patch: %d\n%s", status, text)
	}
}
