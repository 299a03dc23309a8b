package order

import (
	"encoding/binary"
	"encoding/hex"
)

// created gives the time that an id carries, in milliseconds since the Unix epoch.
// Only the 36 characters of a UUID of version 7 (RFC 9562) carry one. Other ids
// with a time in them, such as ULIDs, cannot be told from arbitrary text.
func created(id string) (milliseconds int64, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[14] != '7' || id[18] != '-' || id[23] != '-' {
		return 0, false
	}
	var digits [32]byte
	copy(digits[:], id[:8])
	copy(digits[8:], id[9:13])
	copy(digits[12:], id[14:18])
	copy(digits[16:], id[19:23])
	copy(digits[20:], id[24:])
	var uuid [16]byte
	if _, err := hex.Decode(uuid[:], digits[:]); err != nil || uuid[8]>>6 != 0b10 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(uuid[:8]) >> 16), true
}
