package access

import (
	"errors"
	"fmt"
)

// ErrForbidden is the error for what somebody may not do. What wraps it says why.
var ErrForbidden = errors.New("not allowed")

// Verb is something that can be done to a review.
type Verb string

const (
	Read          Verb = "read"
	OpenThread    Verb = "open-thread"
	Reply         Verb = "reply"
	Suggest       Verb = "suggest"
	EditComment   Verb = "edit-comment"
	RedactComment Verb = "redact-comment"
	Resolve       Verb = "resolve"
	Reopen        Verb = "reopen"
	Relink        Verb = "relink"
	Apply         Verb = "apply"
	GiveVerdict   Verb = "verdict"
	Invite        Verb = "invite"
)

// Verbs are all of them.
var Verbs = []Verb{Read, OpenThread, Reply, Suggest, EditComment, RedactComment, Resolve, Reopen, Relink, Apply, GiveVerdict, Invite}

// Object is what it is done to. Author is the id of who wrote the comment, or
// opened the thread; "" where there is nobody yet.
type Object struct{ Author string }

// rule says from which role on a verb is allowed, to the author and to others.
// nobody stands for no role at all.
type rule struct{ own, others Role }

const nobody = Maintainer + 1

var rules = map[Verb]rule{
	Read:          {Reader, Reader},
	OpenThread:    {Commenter, Commenter},
	Reply:         {Commenter, Commenter},
	Suggest:       {Commenter, Commenter},
	EditComment:   {Commenter, nobody},
	RedactComment: {Commenter, Maintainer},
	Resolve:       {Commenter, Reviewer},
	Reopen:        {Commenter, Reviewer},
	Relink:        {Commenter, Reviewer},
	Apply:         {Maintainer, Maintainer},
	GiveVerdict:   {Reviewer, Reviewer},
	Invite:        {Maintainer, Maintainer},
}

// Can says whether somebody may do something. It is the only place that does.
// Everybody who reaches the site may read.
func Can(a Actor, v Verb, o Object) error {
	r, ok := rules[v]
	switch {
	case !ok:
		return fmt.Errorf("%w: there is nothing like %q", ErrForbidden, v)
	case v == Read:
		return nil
	case a.ID == "":
		return ErrSignIn
	}
	needed := r.others
	if o.Author != "" && o.Author == a.ID {
		needed = r.own
	}
	switch {
	case a.Role >= needed && needed != nobody:
		return nil
	case needed == nobody:
		return fmt.Errorf("%w: only who wrote a comment may change it", ErrForbidden)
	case r.own < r.others:
		return fmt.Errorf("%w: this needs the role %s, or to be who wrote it; yours is %s", ErrForbidden, needed, a.Role)
	}
	return fmt.Errorf("%w: this needs the role %s; yours is %s", ErrForbidden, needed, a.Role)
}
