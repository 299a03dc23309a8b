package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/lab/frame"
)

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func integer(n int) string { return strconv.Itoa(n) }

// count writes a number for people: 12,345.
func count(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	if len(digits) < 4 {
		return digits
	}
	grouped := make([]byte, 0, 28)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			grouped = append(grouped, ',')
		}
		grouped = append(grouped, digits[i])
	}
	return string(grouped)
}

// millis writes a duration in milliseconds, with one decimal where it matters.
func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms > 0 && ms < 10 {
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	}
	return count(uint64(max(0, ms)+0.5)) + " ms"
}

func moment(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func clock(t time.Time) string { return t.Format("15:04:05.000") }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// newest is the newest event that is worth an announcement.
func newest(f frame.Frame) (frame.Event, bool) {
	for _, e := range f.Events {
		if e.Important {
			return e, true
		}
	}
	return frame.Event{}, false
}

// state of the shard, for the eye.
func stateName(f frame.Frame) string {
	switch {
	case f.Leader != "" && f.Voters < len(f.Nodes):
		return "thin"
	case f.Leader != "":
		return "led"
	case f.Voters < f.Quorum:
		return "stuck"
	}
	return "electing"
}

func stateWords(f frame.Frame) string {
	switch stateName(f) {
	case "led":
		return fmt.Sprintf("%s leads shard %d in term %s. All %d nodes take part.", f.Leader, f.Shard, count(f.Term), len(f.Nodes))
	case "thin":
		words := fmt.Sprintf("%s leads shard %d in term %s. %d of %d nodes take part", f.Leader, f.Shard, count(f.Term), f.Voters, len(f.Nodes))
		if f.Voters <= f.Quorum {
			words += ": one more failure is one too many"
		}
		return words + "."
	case "stuck":
		return fmt.Sprintf("No majority: %d of %d nodes take part and %d are needed. Nothing is acknowledged until another is back, so nothing can be lost.", f.Voters, len(f.Nodes), f.Quorum)
	}
	return fmt.Sprintf("No leader: shard %d is electing one. Sends are refused until it has.", f.Shard)
}

// leaderKind is the kind of figure that the leader is.
func leaderKind(f frame.Frame) string {
	if f.Leader == "" {
		return "warn"
	}
	return "leads-" + term(f.Term)
}

func warnIf(is bool) string {
	if is {
		return "warn"
	}
	return ""
}

func badIf(n uint64) string {
	if n > 0 {
		return "bad"
	}
	return ""
}

func leaderName(f frame.Frame) string {
	if f.Leader == "" {
		return "none"
	}
	return f.Leader
}

// last is the newest failure that was measured, or is being measured.
func last(f frame.Frame) (frame.Failover, bool) {
	for _, h := range f.Failovers {
		if h.Measured && !h.Planned {
			return h, true
		}
	}
	return frame.Failover{}, false
}

func lastWindow(f frame.Frame) string {
	if h, ok := last(f); ok {
		return millis(h.Window)
	}
	return "–"
}

// stalled says whether the last window still grows.
func stalled(f frame.Frame) bool {
	h, ok := last(f)
	return ok && h.Open
}

func lastCause(f frame.Frame) string {
	if h, ok := last(f); ok {
		if h.Open {
			return h.Cause + ", no ok yet"
		}
		return h.Cause
	}
	return "nothing has failed yet"
}

func suppressed(f frame.Frame) string {
	if f.Counts.Suppressed == 0 {
		return "each is there once"
	}
	return count(f.Counts.Suppressed) + " came twice, kept once"
}

func agreement(f frame.Frame) string {
	if n := f.Findings.Diverged; n > 0 {
		return count(n) + " differ between replicas"
	}
	return fmt.Sprintf("%d replicas agree", len(f.Nodes))
}

func resolved(f frame.Frame) string {
	if f.Counts.Resolved == 0 {
		return "attempts, sent again"
	}
	return count(f.Counts.Resolved) + " settled since"
}

func loadWords(f frame.Frame) string {
	switch {
	case f.Load.On:
		return fmt.Sprintf("%.0f a second", f.Load.Acked)
	case f.Load.Full:
		return "this run is full"
	case f.Load.Waits:
		return "waits: heal what is broken"
	case f.Load.Stopped:
		return "load is stopped"
	}
	return "load runs while you watch"
}

// sentence begins with a capital and ends with a full stop.
func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + strings.TrimSuffix(reason[1:], ".") + "."
}
