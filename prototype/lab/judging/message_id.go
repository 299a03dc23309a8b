package judging

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/api"
)

// Ids of a run's messages are UUIDs of version 7: they say when they were made, so that
// nodes may forget old ones. What is random in others tells the run, the sender and the
// number.

// NewPrefix is what the ids of a run have in common, and no other run is likely to have.
func NewPrefix() string {
	var random [4]byte
	rand.Read(random[:])
	n := binary.BigEndian.Uint32(random[:])
	return fmt.Sprintf("-7%03x-%04x-", n>>20, 0x8000|n&0x3fff)
}

// MessageID is the id of a sender's message of a number, made now.
func MessageID(now time.Time, prefix string, sender int, number uint64) string {
	made := now.UnixMilli()
	return fmt.Sprintf("%08x-%04x%s%04x%08x", made>>16, made&0xffff, prefix, sender, number)
}

// numberOf is the number that the lab gave to a message, if it is one of its own.
func numberOf(prefix string, m api.Placed) (uint64, bool) {
	_, of, ok := strings.Cut(m.ID, prefix)
	if !ok || len(of) != 12 {
		return 0, false
	}
	n, err := strconv.ParseUint(of[4:], 16, 32)
	return n, err == nil
}
