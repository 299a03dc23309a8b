package httpapi_test

import (
	"errors"
	"fmt"
	"testing"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
)

// TestLimit_comments fills a thread: the comment beyond the limit is refused, and the
// thread keeps what it has.
func TestLimit_comments(t *testing.T) {
	w := newWorld(t)
	d, _ := w.Document("adr/0001-log")
	bob := access.Actor{ID: "test:Bob", Name: "Bob", Role: access.Commenter}
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	for i := 1; i < event.MaxComments; i++ {
		if _, _, err := w.s.Reply(t.Context(), bob, d, "t1", review.CommentRequest{ID: fmt.Sprint("c", i), Body: "x"}); err != nil {
			t.Fatalf("comment %d of %d: %v", i+1, event.MaxComments, err)
		}
	}
	var no *refusal.Error
	if _, _, err := w.s.Reply(t.Context(), bob, d, "t1", review.CommentRequest{ID: "more", Body: "x"}); !errors.As(err, &no) || no.Code != "too-many" {
		t.Errorf("a comment beyond the limit: %v", err)
	}
	shown, err := w.s.Review(t.Context(), d, bob)
	if err != nil || len(shown.Threads[0].Comments) != event.MaxComments {
		t.Errorf("the thread has %d comments: %v", len(shown.Threads[0].Comments), err)
	}
}
