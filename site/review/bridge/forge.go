// Package bridge carries a review between the pages of a repository and a pull
// request at a forge, both ways, for reviewers who stay there.
//
// It keeps nothing of its own. What came from the forge has an id that names its
// comment there, so it is known again; what was posted to the forge carries a mark,
// a comment of HTML at its end, that names its event. Both sides are read anew in
// each run, and what one has and the other has not is carried. So a run that was
// broken off is finished by the next, and a run with nothing to do changes nothing.
//
// What is carried to the page is the word of an account, as the forge reports it:
// "octocat at github.com", with the id github:github.com/583231. Nobody signed it.
// It decides something only where the repository lists that id for a decision-maker,
// and does not demand signatures; see package decider. A forge's approval is of a
// commit: it counts for the text of a page only if nothing but reviews has changed
// since. A forge ends no blocking thread.
//
// A mark counts only in a comment of the account that runs the bridge. What a
// person wrote on a page reaches the forge with its mentions and commands undone,
// since it is posted with rights that the person does not have.
package bridge

import (
	"context"
	"errors"
	"time"

	"lockstep/site/review/event"
)

// Forge is one pull request at a forge. Its methods are called one after the other.
// A list is whole, or an error.
type Forge interface {
	// Pull reads the pull request, and what of its files can be commented on.
	Pull(ctx context.Context) (Pull, error)
	// Discussions are its comments, the oldest first, those of programs as well.
	Discussions(ctx context.Context) ([]Discussion, error)
	// Verdicts are those that stand, in the order in which they were given.
	Verdicts(ctx context.Context) ([]Verdict, error)
	// Gone says whether a comment that no discussion has was deleted for certain.
	Gone(ctx context.Context, id string) (bool, error)

	// Post begins a discussion. Reply goes on with one; where the forge has no
	// threads, that is one more comment.
	Post(ctx context.Context, p Pull, at Place, body string) error
	Reply(ctx context.Context, p Pull, d Discussion, body string) error
	Edit(ctx context.Context, c Comment, body string) error
	// Resolve marks a discussion as settled, or not. ErrUnsupported is the error where
	// the API cannot.
	Resolve(ctx context.Context, d Discussion, settled bool) error
}

// ErrUnsupported is the error for what the API of a forge cannot do.
var ErrUnsupported = errors.New("the API of the forge cannot do that")

// Pull is a pull request.
type Pull struct {
	Scheme string // github, gitlab, gitea
	Host   string // github.com
	Repo   string // the number of the repository, which stays when it is renamed
	Number int
	Head   string // its newest commit
	Me     Account
	Files  []File
}

// File is a file that the pull request changes.
type File struct {
	Path, Old string       // Old is what it was called before
	Lines     map[int]bool // those of the new text that a comment can stand at
	Whole     bool         // a comment can stand at the file
	// Base are the lines of the old text, for those of Lines that were not changed.
	Base map[int]int
}

// Account is a person or a program at the forge. The zero Account is nobody.
type Account struct {
	ID    string // "583231": the number, which stays when the name changes
	Login string
}

// Discussion is a thread at the forge.
type Discussion struct {
	ID       string
	Path     string // "": not about a file
	Line     int    // of the text at Commit; 0: about the file, or about nothing there any more
	First    int    // where it begins, if it is about several lines
	Old      bool   // it is about the text before the change
	Commit   string // "": the head
	Code     string // the line as it was; "" if the API does not tell
	Comments []Comment
	Settled  *bool // nil where the API does not tell
	By       Account
	At       time.Time // when it was settled
}

// Comment is a comment at the forge.
type Comment struct {
	ID      string // of all comments of the pull request: "line-42"
	Author  Account
	Body    string
	Created time.Time
	Updated time.Time
	URL     string
}

// Verdict is what an account said of the whole.
type Verdict struct {
	ID      string
	Author  Account
	Verdict event.Verdict
	Body    string
	Commit  string // "": the forge does not say of which
	At      time.Time
	// Member tells that the forge counts it: the account may merge, or belongs to those
	// who may.
	Member bool
}

// Place is where a discussion is begun: at a line of the new text, at a file, or
// at the whole if it has no path.
type Place struct {
	File File
	Line int
}
