package decider

import (
	"slices"
	"strings"
)

// reportedBy are the schemes of people whom no server of ours has signed in: a forge
// says whose account it was, a mail or a file says anything. "github:github.com/583231"
// is an account by its number.
var reportedBy = []string{"github", "gitlab", "gitea", "mail", "import"}

// reported says whether an id is of somebody of whom others have told.
func reported(id string) bool {
	scheme, _, ok := strings.Cut(id, ":")
	return ok && slices.Contains(reportedBy, scheme)
}
