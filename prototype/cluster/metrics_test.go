package cluster

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/node/meter"
)

// metered is a cluster in memory whose nodes are asked over HTTP.
type metered struct {
	*Memory
	t    *testing.T
	http http.Client
}

func startMetered(t *testing.T, tune func(*node.Config)) *metered {
	t.Helper()
	m := start(t, tune)
	return &metered{Memory: m, t: t, http: http.Client{Transport: m.Transport()}}
}

// text is what a node exports.
func (m *metered) text(id string) string {
	m.t.Helper()
	resp, err := m.http.Get("http://" + id + "/metrics")
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		m.t.Fatalf("the metrics of %s: %s %v %s", id, resp.Status, err, data)
	}
	return string(data)
}

// series are the values of a node's metrics, by name and labels as they are written.
type series map[string]float64

func (m *metered) scrape(id string) series {
	m.t.Helper()
	all := make(series)
	for line := range strings.Lines(m.text(id)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at+1:]), 64)
		if err != nil {
			m.t.Fatalf("%q: %v", line, err)
		}
		all[line[:at]] = value
	}
	return all
}

// wants holds what a node exports against values.
func (m *metered) wants(when, id string, want series) {
	m.t.Helper()
	got := m.scrape(id)
	for name, value := range want {
		if is, ok := got[name]; !ok || is != value {
			m.t.Errorf("%s %s has %s %v (there: %v), want %v", when, id, name, is, ok, value)
		}
	}
}

// post sends to a node and gives the answer's status, or 0 if there was none within so
// long.
func (m *metered) post(id, path, contentType, body string, within time.Duration) (status int, said string) {
	m.t.Helper()
	client := m.http
	client.Timeout = within
	resp, err := client.Post("http://"+id+path, contentType, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(data)
}

const messages = "/v1/conversations/" + room + "/messages"

func (m *metered) say(id, message string) int {
	m.t.Helper()
	status, _ := m.post(id, messages, "application/json", fmt.Sprintf(`{"id":%q,"sender":"ann","body":"x"}`, message), 10*time.Second)
	return status
}

// TestMetrics_sends: each message is counted once, with what became of it and why,
// whether it came alone or in a stream, at the node that was asked.
func TestMetrics_sends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, func(c *node.Config) { oneShard(c); c.AdmitRate = 8 })
		leader := awaitLeader(t, m.Memory, "")
		asked := heir(m.Memory, leader)
		m.wants("at the start", asked, series{
			`lockstep_sends_total{outcome="ok",reason="none",shard="0"}`:             0,
			`lockstep_sends_total{outcome="unknown",reason="deadline",shard="0"}`:    0,
			`lockstep_sends_total{outcome="unknown",reason="leader_lost",shard="0"}`: 0,
			`lockstep_sends_total{outcome="fail",reason="no_leader",shard="0"}`:      0,
			`lockstep_sends_total{outcome="fail",reason="disk",shard="0"}`:           0,
			`lockstep_send_seconds_bucket{shard="0",le="0.05"}`:                      0,
			`lockstep_send_seconds_bucket{shard="0",le="0.15"}`:                      0,
			`lockstep_send_seconds_bucket{shard="0",le="0.25"}`:                      0,
			`lockstep_send_seconds_bucket{shard="0",le="1"}`:                         0,
			`lockstep_send_seconds_bucket{shard="0",le="2"}`:                         0,
		})
		m.say(asked, "a")
		m.say(asked, "a")
		long := `{"id":"long","sender":"ann","body":"` + strings.Repeat("x", 70<<10) + `"}`
		m.post(asked, messages, "application/x-ndjson", `{"id":"b","sender":"ann","body":"x"}
{"id":"b","sender":"ann","body":"x"}
{"id":"b","sender":"ann","body":"another text"}
{"sender":"ann"}
`+long+`
{"id":"c","sender":"ann","body":"x"}
`, time.Second)
		m.post(asked, messages, "application/json", long, time.Second)
		m.post(asked, messages, "text/plain", "x", time.Second)
		m.post(asked, messages+"?lane=sideways", "application/json", `{}`, time.Second)
		for i := range 9 { // the conversation may have eight a second
			m.say(asked, fmt.Sprint("d", i))
		}
		got := m.scrape(asked)
		admitted := got[`lockstep_sends_total{outcome="ok",reason="none",shard="0"}`] - 3
		if admitted < 1 || admitted > 8 {
			t.Errorf("%v of nine were admitted", admitted)
		}
		want := series{
			`lockstep_sends_total{outcome="duplicate",reason="none",shard="0"}`: 2,
			`lockstep_sends_total{outcome="fail",reason="invalid",shard="0"}`:   3,
			`lockstep_sends_total{outcome="fail",reason="too_long",shard="0"}`:  2,
			`lockstep_sends_total{outcome="fail",reason="limit",shard="0"}`:     9 - admitted,
			`lockstep_sends_total{outcome="fail",reason="invalid",shard=""}`:    1,
			`lockstep_send_seconds_count{shard="0"}`:                            5 + admitted,
			`lockstep_stall_running_seconds{shard="0"}`:                         0,
		}
		m.wants("after that", asked, want)
		m.wants("what others were asked is not counted:", leader, series{`lockstep_sends_total{outcome="ok",reason="none",shard="0"}`: 0})
	})
}

// TestMetrics_stall: clients who wait or are refused show while they do, at the node that
// they ask; an acknowledgement ends that, and so does their leaving.
func TestMetrics_stall(t *testing.T) {
	const running = `lockstep_stall_running_seconds{shard="0"}`
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		asked := heir(m.Memory, leader)
		m.say(asked, "a")
		m.wants("with an acknowledgement", asked, series{running: 0})
		for _, id := range m.IDs() { // nobody is killed, and nobody hears anybody
			breakAt(t, m.Memory, id, isolate)
		}
		began := time.Now()
		for i := range 3 { // each is refused after a while
			if status := m.say(asked, fmt.Sprint("b", i)); status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout {
				t.Errorf("without a majority: %d", status)
			}
			time.Sleep(time.Second) // virtual time, here and below
		}
		if age, want := m.scrape(asked)[running], time.Since(began).Seconds(); age < want-0.001 || age > want {
			t.Errorf("after %v s without acknowledgement it says %v", want, age)
		}
		time.Sleep(forgotten)
		m.wants("long after the last send", asked, series{running: 0})
		go m.say(asked, "c")
		time.Sleep(100 * time.Millisecond)
		if age := m.scrape(asked)[running]; age != 0.1 {
			t.Errorf("a send has waited for 0.1 s, and it says %v", age)
		}
		for _, id := range m.IDs() {
			m.Node(id).Heal()
		}
		awaitLeader(t, m.Memory, "")
		time.Sleep(time.Second)
		if status := m.say(asked, "d"); status != http.StatusOK {
			t.Fatalf("after the repair: %d", status)
		}
		m.wants("after the repair", asked, series{running: 0})
	})
}

const forgotten = 16 * time.Second

// TestMetrics_unknown: an outcome that nobody knows has its reason, which tells a leader
// that was lost from one that was slow, and a client who left at once from both.
func TestMetrics_unknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disks, tune := onDisks(false)
		m := startMetered(t, func(c *node.Config) {
			tune(c)
			oneShard(c)
			c.HungAfter = time.Minute // nobody takes the disks for sick
		})
		leader := awaitLeader(t, m.Memory, "")
		m.say(leader, "a")
		for _, d := range disks {
			d.hang(true)
		}
		if status := m.say(leader, "b"); status != http.StatusGatewayTimeout {
			t.Errorf("while all disks hang: %d", status)
		}
		m.post(leader, messages, "application/json", `{"id":"c","sender":"ann","body":"x"}`, 100*time.Millisecond)
		m.post(leader, messages, "application/json", `{"id":"d","sender":"ann","body":"x"}`, time.Second)
		synctest.Wait()
		m.wants("two have given up, one at once:", leader, series{
			`lockstep_sends_total{outcome="unknown",reason="deadline",shard="0"}`: 2,
			`lockstep_sends_total{outcome="unknown",reason="gone",shard="0"}`:     1,
		})
		m.post(leader, messages, "application/x-ndjson", strings.Repeat(`{"id":"x","sender":"ann","body":"x"}`+"\n", 5), 100*time.Millisecond)
		time.Sleep(4 * time.Second) // virtual time, here and below
		m.wants("a stream of five was left, and waited for all the same:", leader, series{`lockstep_sends_total{outcome="unknown",reason="deadline",shard="0"}`: 7})
		go m.say(leader, "e")
		time.Sleep(10 * time.Millisecond)
		if err := m.Crash(other(m.Memory, leader, 0)); err != nil {
			t.Fatal(err)
		}
		if err := m.Crash(other(m.Memory, leader, 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		m.wants("its followers have gone:", leader, series{`lockstep_sends_total{outcome="unknown",reason="leader_lost",shard="0"}`: 1})
		for _, d := range disks {
			d.hang(false)
		}
	})
}

// other is the i-th member beside one.
func other(m *Memory, id string, i int) string {
	for _, x := range m.IDs() {
		if x != id {
			if i == 0 {
				return x
			}
			i--
		}
	}
	return ""
}

// changes of the lead of a shard, and the stalls around them, as a node tells them.
const (
	changesOf = `lockstep_leader_changes_total{planned="%v",shard="0"}`
	stallsOf  = `lockstep_leader_stall_seconds_count{planned="%v",shard="0"}`
	lengthOf  = `lockstep_leader_stall_seconds_sum{planned="%v",shard="0"}`
)

// took changes the lead and holds what the one who leads then tells of it.
func (m *metered) took(what string, planned bool, from, to time.Duration, change func(leader string) (other string)) {
	m.t.Helper()
	leader := awaitLeader(m.t, m.Memory, "")
	time.Sleep(10*time.Second + 300*time.Millisecond) // virtual time: the newest request of the leader is not as new as its beats
	before := map[string]series{}
	for _, id := range m.IDs() {
		before[id] = m.scrape(id)
	}
	next := awaitLeader(m.t, m.Memory, change(leader))
	time.Sleep(time.Second)
	now := m.scrape(next)
	moved := func(format string, planned bool) float64 {
		name := fmt.Sprintf(format, planned)
		return now[name] - before[next][name]
	}
	length := time.Duration(moved(lengthOf, planned) * float64(time.Second))
	if moved(changesOf, planned) != 1 || moved(stallsOf, planned) != 1 || moved(changesOf, !planned) != 0 || moved(stallsOf, !planned) != 0 || length < from || length > to {
		m.t.Errorf("%s: %v changes (%v of the other kind), %v stalls of %s, want one of each and %s to %s", what,
			moved(changesOf, planned), moved(changesOf, !planned), moved(stallsOf, planned), length, from, to)
	}
}

// TestMetrics_lead: who takes a lead counts it, as planned if it was handed over, and
// tells for how long there was none. A leader who hands over since its disk hangs has not
// planned that.
func TestMetrics_lead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disks, tune := onDisks(false)
		m := startMetered(t, func(c *node.Config) { tune(c); oneShard(c) })
		leader := awaitLeader(t, m.Memory, "")
		m.say(leader, "a")
		time.Sleep(time.Second) // virtual time, here and below
		m.wants("the first lead follows none:", leader, series{
			fmt.Sprintf(changesOf, false): 1, fmt.Sprintf(changesOf, true): 0, fmt.Sprintf(stallsOf, false): 0, fmt.Sprintf(stallsOf, true): 0,
			`lockstep_leader_stall_seconds_bucket{planned="false",shard="0",le="0.05"}`: 0,
			`lockstep_leader_stall_seconds_bucket{planned="false",shard="0",le="3"}`:    0,
			`lockstep_leader_stall_seconds_bucket{planned="true",shard="0",le="10"}`:    0,
		})
		m.wants("it does not lead:", heir(m.Memory, leader), series{fmt.Sprintf(changesOf, false): 0})

		m.took("a drain", true, 0, 50*time.Millisecond, func(leader string) string {
			m.Node(leader).Drain(t.Context())
			m.Node(leader).EndDrain()
			return leader
		})
		m.took("a hung disk", false, 300*time.Millisecond, 700*time.Millisecond, func(leader string) string {
			disks[leader].hang(true)
			go m.say(leader, "b")
			time.Sleep(5 * time.Second)
			disks[leader].hang(false)
			return leader
		})
		m.took("a cut", false, 120*time.Millisecond, 300*time.Millisecond, func(leader string) string {
			breakAt(t, m.Memory, leader, isolate)
			time.Sleep(5 * time.Second)
			m.Node(leader).Heal()
			return leader
		})
		m.took("a crash", false, 120*time.Millisecond, 300*time.Millisecond, func(leader string) string {
			if err := m.Crash(leader); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			if err := m.Restart(leader); err != nil {
				t.Fatal(err)
			}
			return leader
		})
	})
}

// TestMetrics_lead_again: a leader that lost its lead since it reached nobody, and wins the
// next one, tells for how long there was none in between.
func TestMetrics_lead_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, func(c *node.Config) {
			oneShard(c)
			c.HeartbeatTimeout, c.ElectionTimeout = 20*time.Second, 20*time.Second // nobody stands for election alone
		})
		m.took("no majority for a while", false, 5*time.Second, 7500*time.Millisecond, func(leader string) string {
			for i := range 2 { // the detector lets neither stand
				m.Node(other(m.Memory, leader, i)).Drain(t.Context())
			}
			for _, id := range m.IDs() {
				breakAt(t, m.Memory, id, isolate)
			}
			time.Sleep(5 * time.Second) // virtual time
			for _, id := range m.IDs() {
				m.Node(id).Heal()
			}
			if next := awaitLeader(t, m.Memory, ""); next != leader {
				t.Errorf("%s leads after %s", next, leader)
			}
			return ""
		})
	})
}

// TestMetrics_parts: the leader tells where the time of its entries goes, and followers
// tell nothing.
func TestMetrics_parts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disks, tune := onDisks(false)
		m := startMetered(t, func(c *node.Config) { tune(c); oneShard(c) })
		leader := awaitLeader(t, m.Memory, "")
		m.say(leader, "a")
		before := m.scrape(leader)
		lasting := func(part string) float64 {
			name := fmt.Sprintf(`lockstep_send_part_seconds_sum{part=%q,shard="0"}`, part)
			return m.scrape(leader)[name] - before[name]
		}
		slow := func(ids ...string) {
			t.Helper()
			before = m.scrape(leader)
			for _, id := range ids {
				disks[id].hang(true)
			}
			time.AfterFunc(100*time.Millisecond, func() {
				for _, id := range ids {
					disks[id].hang(false)
				}
			})
			if status := m.say(leader, strings.Join(ids, "-")); status != http.StatusOK {
				t.Fatalf("%v are slow: %d", ids, status)
			}
			time.Sleep(time.Second) // virtual time
			if apply := lasting("apply"); apply > 0.05 {
				t.Errorf("%v are slow: apply takes %v s", ids, apply)
			}
		}
		slow(leader)
		if flush, quorum := lasting("flush"), lasting("quorum"); flush < 0.1 || quorum > 0.05 {
			t.Errorf("the leader's disk was slow: flush %v s, quorum %v s", flush, quorum)
		}
		slow(other(m.Memory, leader, 0), other(m.Memory, leader, 1))
		if flush, quorum := lasting("flush"), lasting("quorum"); flush > 0.05 || quorum < 0.1 {
			t.Errorf("the followers' disks were slow: flush %v s, quorum %v s", flush, quorum)
		}
		for _, part := range []string{"batch", "flush", "quorum", "apply"} {
			if n := m.scrape(leader)[fmt.Sprintf(`lockstep_send_part_seconds_count{part=%q,shard="0"}`, part)]; n < 3 {
				t.Errorf("the leader has %v observations of %s", n, part)
			}
			m.wants("of what it did not propose", other(m.Memory, leader, 0), series{fmt.Sprintf(`lockstep_send_part_seconds_count{part=%q,shard="0"}`, part): 0})
		}
	})
}

// TestMetrics_queue: what a leader cannot propose yet is counted, and so is what its
// conversation's sends have waited for.
func TestMetrics_queue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disks, tune := onDisks(false)
		m := startMetered(t, func(c *node.Config) { tune(c); oneShard(c); c.HungAfter = time.Minute; c.BatchesInFlight = 1 })
		leader := awaitLeader(t, m.Memory, "")
		m.say(leader, "a")
		const messages, bytes, age = `lockstep_queue_messages{shard="0"}`, `lockstep_queue_bytes{shard="0"}`, `lockstep_log_flush_running_seconds{shard="0"}`
		m.wants("with nothing to do", leader, series{messages: 0, bytes: 0, age: 0})
		for _, d := range disks {
			d.hang(true)
		}
		for i := range 4 {
			go m.say(leader, fmt.Sprint("b", i))
			synctest.Wait()
		}
		time.Sleep(2 * time.Second) // virtual time
		m.wants("one is on its way and three wait:", leader, series{messages: 3, age: 2})
		if n := m.scrape(leader)[bytes]; n < 3*16 || n > 3*256 {
			t.Errorf("three messages wait with %v bytes", n)
		}
		for _, d := range disks {
			d.hang(false)
		}
		time.Sleep(2 * time.Second) // virtual time
		m.wants("after that", leader, series{messages: 0, bytes: 0, age: 0})
	})
}

// TestMetrics_disk: each kind of trouble with a disk shows as what it is, while it lasts.
func TestMetrics_disk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		shows := func(when string, kinds ...string) {
			t.Helper()
			want := series{`lockstep_disk_problem{shard="0"}`: float64(min(1, len(kinds)))}
			for _, kind := range []string{"full", "hung", "failed", "short"} {
				want[fmt.Sprintf(`lockstep_disk_problem_kind{kind=%q,shard="0"}`, kind)] = 0
			}
			for _, kind := range kinds {
				want[fmt.Sprintf(`lockstep_disk_problem_kind{kind=%q,shard="0"}`, kind)] = 1
			}
			m.wants(when, leader, want)
		}
		during := func(f fault.Kind, kinds ...string) {
			t.Helper()
			breakAt(t, m.Memory, leader, fault.Fault{Kind: f})
			m.say(other(m.Memory, leader, 0), string(f))
			time.Sleep(5 * time.Second) // virtual time, here and below
			m.say(other(m.Memory, leader, 0), string(f)+"2")
			time.Sleep(5 * time.Second)
			shows("with a disk that is "+string(f), kinds...)
			m.Node(leader).Heal()
			time.Sleep(5 * time.Second)
		}
		shows("at the start")
		during(fault.HungDisk, "hung")
		shows("after it hung")
		during(fault.FullDisk, "full")
		shows("after it was full")
		during(fault.FailingDisk, "failed")
		shows("until it is started again", "failed")
	})
}

// TestMetrics_peers: who is not heard shows.
func TestMetrics_peers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		a, b := other(m.Memory, leader, 0), other(m.Memory, leader, 1)
		breakAt(t, m.Memory, a, fault.Fault{Kind: fault.Latency, Delay: fault.Duration(10 * time.Millisecond)})
		for i := range 40 { // the line is measured anew every few seconds
			time.Sleep(500 * time.Millisecond) // virtual time, here and below
			m.post(leader, messages, "application/json", fmt.Sprintf(`{"id":"%d","sender":"ann","body":%q}`, i, strings.Repeat("x", 30<<10)), time.Second)
		}
		heard := func(peer string) string { return fmt.Sprintf("lockstep_peer_heard{peer=%q}", peer) }
		m.wants("with all nodes", leader, series{heard(a): 1, heard(b): 1})
		if trip := m.scrape(leader)[fmt.Sprintf("lockstep_peer_round_trip_seconds{peer=%q}", a)]; trip < 0.01 || trip > 0.05 {
			t.Errorf("bytes from %s take 10 ms, and a round trip %v s", a, trip)
		}
		if err := m.Crash(a); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		m.wants("without "+a, leader, series{heard(a): 0, heard(b): 1})
	})
}

// TestMetrics_snapshots: those that were kept are counted with their time, and those that
// could not be written.
func TestMetrics_snapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		m.say(leader, "a")
		breakAt(t, m.Memory, leader, fault.Fault{Kind: fault.Snapshot})
		m.say(leader, "b")
		id, err := m.Node(leader).Fault(fault.Fault{Kind: fault.FullDisk})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Node(leader).Fault(fault.Fault{Kind: fault.Snapshot}); err == nil {
			t.Error("a snapshot on a full disk was kept")
		}
		if _, err := m.Node(leader).Mend(id.ID); err != nil {
			t.Fatal(err)
		}
		m.wants("after one that was kept and one that was not", leader, series{
			`lockstep_snapshots_total{outcome="ok",shard="0"}`:   1,
			`lockstep_snapshots_total{outcome="fail",shard="0"}`: 1,
			`lockstep_snapshot_seconds_count{shard="0"}`:         1,
		})
	})
}

// TestMetrics_reads: each read is counted by what was asked, and a page of the past as
// such.
func TestMetrics_reads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		asked := heir(m.Memory, leader)
		for i := range 5 {
			m.say(asked, fmt.Sprint(i))
		}
		time.Sleep(time.Second) // virtual time
		get := func(query string) {
			t.Helper()
			resp, err := m.http.Get("http://" + asked + messages + query)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		get("?read=local")
		get("?read=leader")
		get("?read=session&min_seq=3")
		get("")
		get("?limit=2")
		get("?read=strong")
		m.post(asked, "/v1/reads", "application/x-ndjson", `{"conversation":"room"}
{"conversation":"room","limit":1,"read":"local"}
{"conversation":"room","limit":-1}
`, time.Second)
		get("?read=session&min_seq=99")
		synctest.Wait()
		total := func(kind, outcome, reason string) string {
			return fmt.Sprintf("lockstep_reads_total{kind=%q,outcome=%q,reason=%q}", kind, outcome, reason)
		}
		m.wants("after these reads", asked, series{
			total("local", "ok", "none"):                                             1,
			total("leader", "ok", "none"):                                            1,
			total("session", "ok", "none"):                                           1,
			total("linearizable", "ok", "none"):                                      2,
			total("history", "ok", "none"):                                           2,
			total("", "fail", "invalid"):                                             2,
			total("session", "fail", "behind"):                                       1,
			`lockstep_read_seconds_count{kind="history"}`:                            2,
			`lockstep_read_seconds_bucket{kind="linearizable",le="0.15"}`:            2,
			`lockstep_read_seconds_bucket{kind="linearizable",le="+Inf"}`:            2,
			`lockstep_reads_total{kind="",outcome="fail",reason="other"}`:            0,
			total("linearizable", "fail", "no_leader"):                               0,
			`lockstep_read_seconds_bucket{kind="session",le="0.15"}`:                 1,
			`lockstep_read_seconds_bucket{kind="history",le="0.15"}`:                 2,
			`lockstep_request_seconds_count{kind="read-session"}`:                    2,
			`lockstep_request_seconds_count{kind="send"}`:                            5,
			`lockstep_read_seconds_count{kind="session"}`:                            1,
			`lockstep_reads_total{kind="history",outcome="fail",reason="no_leader"}`: 0,
		})
	})
}

// TestMetrics_text: the metrics of nodes that have seen load and faults in every lane keep
// to the rules of Prometheus, say what they are, and are no more than was stated.
func TestMetrics_text(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const shards = 2
		m := startMetered(t, func(c *node.Config) { c.Shards, c.Lazy = shards, time.Second })
		leader := awaitLeader(t, m.Memory, "")
		load := func() {
			for i := range 60 {
				lane := node.Lanes[i%len(node.Lanes)]
				m.post(m.IDs()[i%3], fmt.Sprintf("/v1/conversations/room-%d/messages?lane=%s", i, lane), "application/json", fmt.Sprintf(`{"id":"%d","sender":"s%d","body":"x"}`, i, i), 5*time.Second)
				m.post(m.IDs()[i%3], "/v1/reads", "application/x-ndjson", fmt.Sprintf(`{"conversation":"room-%d"}`, i), 5*time.Second)
			}
		}
		load()
		for _, f := range []fault.Kind{fault.Isolate, fault.HungDisk, fault.FullDisk} {
			breakAt(t, m.Memory, leader, fault.Fault{Kind: f})
			load()
			m.Node(leader).Heal()
			time.Sleep(5 * time.Second) // virtual time
		}
		load()
		const groups = shards + 3 // the other lanes
		for _, id := range m.IDs() {
			text := m.text(id)
			problems, err := promlint.New(strings.NewReader(text)).Lint()
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Errorf("%s: %s: %s", id, p.Metric, p.Text)
			}
			count, helped := 0, map[string]bool{}
			for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
				words := strings.Fields(lines.Text())
				switch {
				case words[0] == "#" && words[1] == "HELP":
					helped[words[2]] = len(words) > 4
				case words[0] == "#":
					if !helped[words[2]] {
						t.Errorf("%s: %s has no help", id, words[2])
					}
				default:
					count++
				}
			}
			one, stated := strings.Count(text, `shard="0"`), meter.MaxSeries(1, 0)-meter.MaxSeries(0, 0)
			if one > stated || one < stated*9/10 {
				t.Errorf("%s has %d series for a shard, and %d are stated", id, one, stated)
			}
			most := meter.MaxSeries(groups, len(m.IDs()))
			if t.Logf("%s has %d series, at most %d", id, count, most); count > most {
				t.Errorf("%s has %d series, want at most %d", id, count, most)
			}
			for _, name := range []string{"lockstep_build_info", "lockstep_sends_total", "lockstep_send_seconds", "lockstep_reads_total", "lockstep_read_seconds", "lockstep_send_part_seconds",
				"lockstep_leader_changes_total", "lockstep_leader_stall_seconds", "lockstep_stall_running_seconds", "lockstep_log_flush_running_seconds", "lockstep_queue_messages", "lockstep_queue_bytes",
				"lockstep_peer_heard", "lockstep_disk_problem_kind", "lockstep_snapshots_total", "lockstep_snapshot_seconds", "lockstep_digest_comparisons_total"} {
				if !helped[name] {
					t.Errorf("%s has no %s", id, name)
				}
			}
		}
	})
}
