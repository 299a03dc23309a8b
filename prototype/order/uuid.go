package order

// created gives the time that an id carries, in milliseconds since the Unix epoch.
// Only the 36 characters of a UUID of version 7 (RFC 9562) carry one. Other ids
// with a time in them, such as ULIDs, cannot be told from arbitrary text.
func created(id string) (milliseconds int64, ok bool) {
	if len(id) != 36 || id[14] != '7' {
		return 0, false
	}
	for i := range len(id) {
		c := id[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return 0, false
			}
			continue
		}
		digit, isHex := hexDigit(c)
		if !isHex || i == 19 && digit>>2 != 0b10 {
			return 0, false
		}
		if i < 13 {
			milliseconds = milliseconds<<4 | int64(digit)
		}
	}
	return milliseconds, true
}

func hexDigit(c byte) (digit byte, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
