package access

import "fmt"

// Role is what somebody may do. Each includes those before it.
type Role int

const (
	Nobody  Role = iota
	Read         // messages, digests, members, status, metrics
	Write        // send
	Operate      // drain, remove members, list all conversations, break things where that is allowed
)

var roles = []string{"nobody", "read", "write", "operate"}

func (r Role) String() string { return roles[r] }

// ParseRole reads the name of a role that somebody may have.
func ParseRole(name string) (Role, error) {
	for r, text := range roles {
		if text == name && Role(r) != Nobody {
			return Role(r), nil
		}
	}
	return Nobody, fmt.Errorf("there is no role %.40q; there are read, write and operate", name)
}
