package rest

import (
	"net/http"
	"strconv"
	"time"
)

// limited says whether an answer is that of a limit: 429, or GitHub's 403 with
// nothing left.
func limited(r *http.Response) bool {
	switch r.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return r.Header.Get("Retry-After") != "" || r.Header.Get("X-RateLimit-Remaining") == "0"
	}
	return false
}

// unknownLimit is how long a limit lasts that does not say so.
const unknownLimit = 30 * time.Second

// limitOf is how long to wait: by Retry-After, in seconds or as a date, or until
// the time at which the count begins anew. It is never nothing, or a forge that
// always says "at once" would be asked without end.
func limitOf(r *http.Response, now time.Time) time.Duration {
	return min(max(saidLimit(r, now), time.Second), 24*time.Hour)
}

func saidLimit(r *http.Response, now time.Time) time.Duration {
	until := func(at time.Time) time.Duration { return max(at.Sub(now), 0) + time.Second }
	if text := r.Header.Get("Retry-After"); text != "" {
		if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
			return time.Duration(min(seconds, 1<<20)) * time.Second
		}
		if at, err := http.ParseTime(text); err == nil {
			return until(at)
		}
	}
	for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		if seconds, err := strconv.ParseInt(r.Header.Get(name), 10, 64); err == nil && seconds > 0 {
			return until(time.Unix(seconds, 0))
		}
	}
	return unknownLimit
}
