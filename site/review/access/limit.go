package access

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"lockstep/site/review/refusal"

	"golang.org/x/time/rate"
)

// Limits bound what may be written: by a person, from a network, and by all. They
// are far above what people type and below what hurts.
type Limits struct {
	Who        Identifier
	Now        func() time.Time // default: time.Now
	Person     Rate
	Network    Rate // an IPv4 /24, an IPv6 /48
	Everybody  Rate
	MaxBuckets int // of persons and networks that are remembered

	once    sync.Once
	mu      sync.Mutex
	buckets *buckets
	all     *rate.Limiter
}

// Rate is a number of requests a second, and how many may come at once.
type Rate struct {
	Each  float64
	Burst int
}

// DefaultLimits are for a team.
func DefaultLimits(who Identifier) *Limits {
	return &Limits{Who: who, Person: Rate{10, 60}, Network: Rate{60, 300}, Everybody: Rate{300, 1000}, MaxBuckets: 20_000}
}

// Limit refuses writes beyond the limits with 429 and says when to come back.
// Reading is free.
func (l *Limits) Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		if wait := l.wait(r); wait > 0 {
			refusal.TooMany("too much at once", wait).Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// wait is how long a request must wait; 0 lets it in and counts it.
func (l *Limits) wait(r *http.Request) time.Duration {
	l.once.Do(func() {
		if l.Now == nil {
			l.Now = time.Now
		}
		l.buckets = newBuckets(l.MaxBuckets)
		l.all = rate.NewLimiter(rate.Limit(l.Everybody.Each), l.Everybody.Burst)
	})
	now := l.Now()
	limiters := []*rate.Limiter{}
	l.mu.Lock()
	if addr, ok := remote(r); ok {
		limiters = append(limiters, l.buckets.get("net "+network(addr), l.Network))
	}
	if who, err := l.Who.Identify(r); err == nil {
		limiters = append(limiters, l.buckets.get("who "+who.ID, l.Person))
	}
	l.mu.Unlock()
	limiters = append(limiters, l.all)
	var taken []*rate.Reservation
	for _, limiter := range limiters {
		reservation := limiter.ReserveN(now, 1)
		taken = append(taken, reservation)
		if wait := reservation.DelayFrom(now); wait > 0 {
			for _, t := range taken {
				t.CancelAt(now)
			}
			return wait
		}
	}
	return 0
}

// NetworkOf is the network that a request comes from, by which limits count; "" if
// that is not known.
func NetworkOf(r *http.Request) string {
	addr, ok := remote(r)
	if !ok {
		return ""
	}
	return network(addr)
}

// Counted says by whom requests are counted: the id of a person, "" if nobody is known,
// and the network that they come from.
func Counted(who Identifier) func(*http.Request) (person, network string) {
	return func(r *http.Request) (person, network string) {
		if actor, err := who.Identify(r); err == nil {
			person = actor.ID
		}
		return person, NetworkOf(r)
	}
}

// network is what one household or company usually has.
func network(addr netip.Addr) string {
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}
