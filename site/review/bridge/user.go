package bridge

import "strconv"

// User is an account as the APIs of GitHub and Gitea give it; nil, where it was deleted.
type User struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
}

// Account is the same for all forges. That of a deleted one is nobody's.
func (u *User) Account() Account {
	if u == nil {
		return Account{ID: "0", Login: "a deleted account"}
	}
	return Account{ID: strconv.FormatInt(u.ID, 10), Login: u.Login}
}
