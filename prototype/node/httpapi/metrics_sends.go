//go:build !js

package httpapi

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// sendMeters count messages, by shard. The shard is that of the quorum lane; for the
// other lanes it is the name of the lane.
type sendMeters struct {
	node    *node.Node
	total   *prometheus.CounterVec
	seconds *meter.Durations

	nowhere *sendMeter // for what was refused before its shard was known
	shards  []*sendMeter
	mu      sync.Mutex
	lanes   map[string]*sendMeter // of the other lanes, from their first message on
}

func newSendMeters(n *node.Node) *sendMeters {
	m := &sendMeters{node: n, lanes: make(map[string]*sendMeter),
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_sends_total", Help: "Messages that clients sent to this node, by outcome (ok, duplicate, fail, unknown) and reason. Of the reasons, invalid, too_long, limit and gone are the sender's own fault."}, []string{"shard", "outcome", "reason"}),
		seconds: meter.NewDurations("lockstep_send_seconds", "Time from the receipt of a message to its acknowledgement, of messages that were acknowledged.", requestBuckets, "shard"),
	}
	m.nowhere = &sendMeter{failed: m.counters("", api.Fail, reasonInvalid, reasonOther)}
	for shard := range n.Config().Shards {
		m.shards = append(m.shards, m.shard(strconv.Itoa(shard)))
	}
	if n.HasLane(node.LaneLazy) == nil {
		m.lanes[node.LaneLazy] = m.shard(node.LaneLazy)
	}
	n.Metrics().MustRegister(m.total, m.seconds)
	return m
}

// sendReasons are those that a refusal of a message can have.
var sendReasons = []reason{reasonInvalid, reasonTooLong, reasonLimit, reasonOverload, reasonNoLeader, reasonDisk, reasonOther}

// unknownReasons are those that an unknown outcome can have.
var unknownReasons = []reason{reasonDeadline, reasonLeaderLost, reasonGone, reasonOther}

func (m *sendMeters) counters(shard string, o api.Outcome, reasons ...reason) map[reason]prometheus.Counter {
	counters := make(map[reason]prometheus.Counter, len(reasons))
	for _, r := range reasons {
		counters[r] = m.total.WithLabelValues(shard, string(o), string(r))
	}
	return counters
}

func (m *sendMeters) shard(label string) *sendMeter {
	s := &sendMeter{seconds: m.seconds.With(label),
		ok: m.total.WithLabelValues(label, "ok", string(reasonNone)), duplicate: m.total.WithLabelValues(label, "duplicate", string(reasonNone)),
		failed: m.counters(label, api.Fail, sendReasons...), unknown: m.counters(label, api.Unknown, unknownReasons...)}
	m.node.Metrics().MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lockstep_stall_running_seconds", Help: "How long clients of this node have had no acknowledgement from the shard although they send; 0 if they have, or if for 15 s nobody has waited or been refused for the service's fault.",
		ConstLabels: prometheus.Labels{"shard": label}}, func() float64 { return s.stall.age(time.Now()).Seconds() }))
	return s
}

// of gives the meter of a conversation's shard in a lane.
func (m *sendMeters) of(lane, conversation string) *sendMeter {
	if lane == node.LaneQuorum {
		return m.shards[m.node.ShardOf(conversation)]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.lanes[lane]
	switch {
	case s != nil:
	case m.node.HasLane(lane) != nil || !slices.Contains(node.Lanes, lane):
		return m.nowhere
	default:
		s = m.shard(lane)
		m.lanes[lane] = s
	}
	return s
}

// sendMeter counts the messages of one shard.
type sendMeter struct {
	ok, duplicate   prometheus.Counter
	failed, unknown map[reason]prometheus.Counter
	seconds         *meter.Duration
	stall           stall
}

// refused counts messages that were not handed to the shard.
func (m *sendMeter) refused(err *outcome.Error, messages int) {
	why := reasonOf(err)
	count(m.failed, why, messages)
	if !why.own() && messages > 0 {
		now := time.Now()
		m.stall.begin(now)
		m.stall.end(now, refusal)
	}
}

// began notes that messages are handed to the shard; ended must follow.
func (m *sendMeter) began(now time.Time) { m.stall.begin(now) }

// ended counts messages that were received together: the first ones have results, and the
// error is about the rest. left says that their client had gone before that was known, and
// span follows them, if somebody does.
func (m *sendMeter) ended(received time.Time, results []order.Result, err *outcome.Error, messages int, left bool, span *tracing.Span) {
	now := time.Now()
	ok, duplicates := 0, 0
	for i := range results {
		switch r := &results[i]; {
		case r.Rejected != 0:
			count(m.failed, reasonRejected(r.Rejected), 1)
		case r.Duplicate:
			duplicates++
		default:
			ok++
		}
	}
	if ok > 0 {
		m.ok.Add(float64(ok))
	}
	if duplicates > 0 {
		m.duplicate.Add(float64(duplicates))
	}
	m.seconds.ObserveFollowed(now.Sub(received), ok+duplicates, span.TraceID())
	how := acknowledgement // one that the log refuses shows that the log works
	if rest := messages - len(results); err != nil && rest > 0 {
		why, counters := reasonOf(err), m.failed
		if err.Outcome == api.Unknown {
			counters = m.unknown
			if left && why == reasonOther {
				why = reasonLeft(now.Sub(received))
			}
		}
		count(counters, why, rest)
		switch {
		case len(results) > 0:
		case why.own():
			how = neither
		case left:
			how = leaving
		default:
			how = refusal
		}
	}
	m.stall.end(now, how)
}

// count adds to the counter of a reason; what has none counts as other.
func count(counters map[reason]prometheus.Counter, why reason, messages int) {
	c, ok := counters[why]
	if !ok {
		c = counters[reasonOther]
	}
	c.Add(float64(messages))
}
