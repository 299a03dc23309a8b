//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// rehearsalSpeed is by how much windows are shorter here than in production: an hour
// takes a minute. Bounds of events are what they are.
const rehearsalSpeed = "60"

// alertsFile is where chapter 10 has its times from:
//
//	go test ./cmd/lockstep -run TestAlerts -args -alerts FILE
var alertsFile = flag.String("alerts", "", "file for the times to each alert and to its end, as JSON")

// told is an alert of a rehearsal, in seconds after its cause came and went.
type told struct {
	Alert string  `json:"alert"`
	After float64 `json:"after_s"`
	Ended float64 `json:"ended_s,omitempty"`
}

// TestAlerts lets a real Prometheus watch three real processes and a probe, with the
// rules that are made from the objectives, and brings about what they are for. What a
// person would be woken by is said within its time, ends after the cause, and nothing
// else is said.
//
// With windows of seconds the sends of one failover, slow ones and those whose outcome
// stays unknown, weigh sixty times as much as in production. So ratios are left out of
// "nothing else" after a leader was killed, and those of times always.
func TestAlerts(t *testing.T) {
	program, binary := needs(t, "prometheus"), buildLockstep(t)
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary, AllowFaults: true}), t: t}
	p.send()
	load(t, p.targets())
	watch := startProbe(t, binary, p.targets(), "127.0.0.1:0")

	// A second probe sees n3 through a proxy that can change what digests say.
	var lies atomic.Bool
	proxy := lyingProxy(t, p.Members()[2].HTTP, &lies)
	both := p.Members()[0].HTTP + "," + proxy
	other := startProbe(t, binary, both, "127.0.0.1:0", "--conversation", "lockstep-probe-2")

	w := startPrometheus(t, program, p, watch.address, other.address)
	w.await("the heartbeat", 20*time.Second, func(firing []string) bool { return slices.Contains(firing, "LockstepHeartbeat") })
	// Prometheus learns of its targets after five seconds. What it says before it knows
	// them, and of sends before all had connected, is over after a window.
	w.await("all are scraped", 20*time.Second, func([]string) bool { return w.scraped() == 5 })
	w.await("nothing is pending", time.Minute, func([]string) bool {
		active, ok := w.alerts("firing", "pending")
		return ok && len(pages(active)) == 0
	})
	w.quiet("with nothing wrong", 15*time.Second, "")

	over := w.begin("a leader is killed, and back")
	leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
	if err := p.Kill(leader); err != nil {
		t.Fatal(err)
	}
	w.quiet("after a leader was killed", 12*time.Second, "SendSuccess")
	if err := p.Restart(leader); err != nil {
		t.Fatal(err)
	}
	over()

	// The probe's own silence: five minutes, and five more.
	over = w.begin("no probe runs")
	watch.stop()
	other.stop()
	silence := told{Alert: "OrderDiffersUnwatched"}
	silence.After = w.fires("no probe", 5*time.Second+5*time.Second+slack, silence.Alert)
	startProbe(t, binary, p.targets(), watch.address)
	startProbe(t, binary, both, other.address, "--conversation", "lockstep-probe-2")
	over()
	silence.Ended = w.ends("the probe again", 5*time.Second+slack, silence.Alert)
	times := map[string]told{"silence": silence}

	breaks := func(f fault.Fault) func(id string) error {
		return func(id string) error {
			_, err := p.Break(t.Context(), id, f)
			return err
		}
	}
	heal := func(id string) error { return p.Heal(t.Context(), id) }
	each := func(ids []string, do func(id string) error) {
		for _, id := range ids {
			if err := do(id); err != nil {
				t.Fatal(err)
			}
		}
	}
	followers := func() []string {
		leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
		return slices.DeleteFunc(p.ids(), func(id string) bool { return id == leader })
	}

	unheard := fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out}

	// One node without space passes on what it is sent, and the others store it.
	full := followers()[:1]
	over = w.begin("a follower's disk is full")
	each(full, breaks(fault.Fault{Kind: fault.FullDisk}))
	w.quiet("while a follower's disk is full", 12*time.Second, "SendSuccess")
	w.opens("a full disk", "DiskTrouble")
	each(full, heal)
	over()
	w.closes("the disk has room", "DiskTrouble")

	// One link of several, cut in one direction, takes nothing from anybody.
	over = w.begin("a link is cut in one direction")
	each(full, breaks(fault.Fault{Kind: fault.Cut, Peers: slices.DeleteFunc(followers(), func(id string) bool { return id == full[0] }), Direction: fault.In}))
	w.opens("a link is cut by half", "NodeNotHeard")
	w.quiet("while a link is cut by half", 5*time.Second, "SendSuccess")
	each(full, heal)
	over()
	w.closes("the link is whole", "NodeNotHeard")

	for name, c := range map[string]struct {
		key          string
		strike, mend func(id string) error
	}{
		"two nodes are stopped":  {"stopped", p.Pause, p.Resume},
		"two disks hang":         {"hung", breaks(fault.Fault{Kind: fault.HungDisk}), heal},
		"two disks are full":     {"full", breaks(fault.Fault{Kind: fault.FullDisk}), heal},
		"nobody hears two nodes": {"unheard", breaks(unheard), heal},
	} {
		stall, struck := told{Alert: "SeqStall"}, p.ids()[:2]
		over := w.begin(name)
		each(struck, c.strike)
		stall.After = w.fires(name, 10*time.Second+slack, stall.Alert)
		w.fires(name, slack, "SendSuccessBurnsFast")
		each(struck, c.mend)
		over()
		stall.Ended = w.ends("after "+name, 15*time.Second+slack, stall.Alert)
		w.ends("after "+name, 5*time.Second+slack, "SendSuccessBurnsFast")
		times[c.key] = stall
	}

	// A leader that is killed as soon as there is one. How soon that is said means nothing:
	// in windows of seconds one failover weighs what many do in production.
	const burns = "SendSuccessBurnsFast"
	over = w.begin("leaders are killed one after another")
	w.await("leaders are killed one after another: "+burns+" fires", time.Minute, func(firing []string) bool {
		if slices.Contains(firing, burns) {
			return true
		}
		leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
		if err := p.Kill(leader); err != nil {
			t.Fatal(err)
		}
		if err := p.Restart(leader); err != nil {
			t.Fatal(err)
		}
		return false
	})
	over()
	w.ends("no leader is killed any more", time.Minute+slack, burns)

	w.begin("a node shows another digest")
	lies.Store(true)
	times["digest"] = told{Alert: "OrderDiffers", After: w.fires("a node that shows another digest", slack, "OrderDiffers")}
	if *alertsFile != "" {
		recordAlerts(t, times)
	}
	if *dashboardFile != "" {
		processes := map[string]string{watch.address: "probe", other.address: "probe 2"}
		for _, m := range p.Members() {
			processes[m.HTTP] = m.ID
		}
		lied := time.Now() // which is to be long enough to be seen
		w.await("it goes on", time.Minute, func([]string) bool { return time.Since(lied) > 6*time.Second })
		recordDashboard(t, w, processes)
	}
}

// recordedAt is the origin of what was measured at the commit that is checked out, by the
// flag that is called like the experiment.
func recordedAt(t *testing.T, experiment string) origin {
	t.Helper()
	if changes := gitIn(t, ".", "status", "--porcelain", "-uno"); changes != "" {
		t.Fatalf("evidence names a commit, and these changes are in none:\n%s", changes)
	}
	from := originOf(experiment, byChance, time.Now())
	from.Commit, from.Command = gitIn(t, ".", "rev-parse", "HEAD"), "go test ./cmd/lockstep -run TestAlerts -args -"+experiment+" FILE"
	return from
}

// recordAlerts writes how soon each alert came and went.
func recordAlerts(t *testing.T, times map[string]told) {
	t.Helper()
	if err := writeJSON(*alertsFile, struct {
		origin
		Causes map[string]told `json:"causes"`
	}{recordedAt(t, "alerts"), times}); err != nil {
		t.Fatal(err)
	}
}

// slack is for a scrape, an evaluation and a busy machine.
const slack = 10 * time.Second

// load sends a hundred messages a second and reads, as clients do: at each node. It
// gives up a send after a while, or attempts of an outage would fill the queues in which
// nodes accept connections, and a fault could not be mended any more.
func load(t *testing.T, targets string) {
	ctx := t.Context()
	for i, target := range strings.Split(targets, ",") {
		c := client.New(client.Config{Targets: client.Fixed("http://"+target, "http://"+strings.Split(targets, ",")[(i+1)%3])})
		go func() {
			tick := time.NewTicker(30 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ctx.Err() == nil; n++ {
				<-tick.C
				go func() {
					patient, cancel := context.WithTimeout(ctx, time.Second)
					defer cancel()
					c.Send(patient, "room", api.Message{ID: client.NewID(), Sender: "load", Body: "hello"})
				}()
				if n%10 == 0 {
					go c.Read(ctx, api.ReadRequest{Conversation: "room", Level: api.LevelLocal, Limit: 10})
				}
			}
		}()
	}
}

// lyingProxy stands before a node, and while it lies it shows other digests.
func lyingProxy(t *testing.T, node string, lies *atomic.Bool) string {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: node}) }}
	proxy.ErrorLog = log.New(io.Discard, "", 0) // clients give up while a node is stopped
	proxy.ModifyResponse = func(r *http.Response) error {
		if !lies.Load() || !strings.HasSuffix(r.Request.URL.Path, "/digest") {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		body = bytes.Replace(body, []byte(`"digest":"`), []byte(`"digest":"0`), 1)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", fmt.Sprint(len(body)))
		return err
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// watcher is a Prometheus that runs.
type watcher struct {
	t       *testing.T
	address string
	dir     string // with what was made from the objectives
	began   time.Time
	causes  []*cause
}

func startPrometheus(t *testing.T, program string, p *statusOf, probes ...string) *watcher {
	t.Helper()
	dir := t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"slo", "--dir", "../..", "--faster", rehearsalSpeed, "--out", filepath.Join(dir, "slo")}, nil, &out, &out); code != 0 {
		t.Fatalf("lockstep slo: exit code %d\n%s", code, out.String())
	}
	w := &watcher{t: t, address: fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0]), dir: dir, began: time.Now()}
	put(t, filepath.Join(dir, "prometheus.yml"), "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"+
		"rule_files: [slo/rules-*.yaml]\nscrape_configs:\n- job_name: lockstep\n  static_configs: [{targets: ["+p.targets()+","+strings.Join(probes, ",")+"]}]\n")
	said, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--config.file", filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", w.address)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Cancel()
		cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(said.Name())
			t.Logf("Prometheus says:\n%s", text)
		}
	})
	return w
}

// scraped is how many of those that it watches answer.
func (w *watcher) scraped() (n int) {
	var answer struct {
		Data struct{ Result []struct{ Value []any } }
	}
	if w.ask("query?query=sum(up)", &answer) && len(answer.Data.Result) == 1 {
		fmt.Sscan(fmt.Sprint(answer.Data.Result[0].Value[1]), &n)
	}
	return n
}

// counted are the series of a query with their values, a line each.
func (w *watcher) counted(query string) string {
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  []any
			}
		}
	}
	w.ask("query?query="+url.QueryEscape(query), &answer)
	var lines strings.Builder
	for _, r := range answer.Data.Result {
		fmt.Fprintf(&lines, "\n%v %v", r.Metric, r.Value)
	}
	return lines.String()
}

// ask gets an answer of its API; false if there is none.
func (w *watcher) ask(path string, answer any) bool {
	resp, err := http.Get("http://" + w.address + "/api/v1/" + path)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(answer) == nil
}

// firing are the names of alerts that fire and are no tickets; false if it does not answer.
func (w *watcher) firing() (names []string, ok bool) { return w.alerts("firing") }

// alerts are the names of alerts in some of the states that are no tickets; false if it
// does not answer.
func (w *watcher) alerts(states ...string) (names []string, ok bool) {
	return w.named(false, states...)
}

// tickets are the names of tickets that are open; false if it does not answer.
func (w *watcher) tickets() (names []string, ok bool) { return w.named(true, "firing") }

func (w *watcher) named(tickets bool, states ...string) (names []string, ok bool) {
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if !w.ask("alerts", &answer) {
		return nil, false
	}
	for _, a := range answer.Data.Alerts {
		if name := a.Labels["alertname"]; slices.Contains(states, a.State) && (a.Labels["severity"] == "ticket") == tickets && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, true
}

// await asks until the alerts are as they should be, and says how many seconds that took.
func (w *watcher) await(what string, within time.Duration, is func(firing []string) bool) float64 {
	w.t.Helper()
	return w.awaitOf(w.firing, what, within, is)
}

func (w *watcher) awaitOf(ask func() ([]string, bool), what string, within time.Duration, is func(names []string) bool) float64 {
	w.t.Helper()
	start, names := time.Now(), []string(nil)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for time.Since(start) < within {
		if now, ok := ask(); ok {
			if names = now; is(names) {
				took := time.Since(start).Round(100 * time.Millisecond).Seconds()
				w.t.Logf("%s: after %.1f s", what, took)
				return took
			}
		}
		<-tick.C
	}
	w.t.Fatalf("%s: not within %s; %v fire", what, within, names)
	return 0
}

func (w *watcher) fires(cause string, within time.Duration, name string) float64 {
	w.t.Helper()
	return w.await(cause+": "+name+" fires", within, func(firing []string) bool { return slices.Contains(firing, name) })
}

func (w *watcher) ends(cause string, within time.Duration, name string) float64 {
	w.t.Helper()
	return w.await(cause+": "+name+" ends", within, func(firing []string) bool { return !slices.Contains(firing, name) })
}

// opens and closes wait for a ticket of a cause.
func (w *watcher) opens(cause, name string) {
	w.t.Helper()
	w.awaitOf(w.tickets, cause+": "+name+" is open", 5*time.Second+slack, func(open []string) bool { return slices.Contains(open, name) })
}

func (w *watcher) closes(cause, name string) {
	w.t.Helper()
	w.awaitOf(w.tickets, cause+": "+name+" is closed", 5*time.Second+slack, func(open []string) bool { return !slices.Contains(open, name) })
}

// quiet holds that nobody is woken for a time, but for alerts that begin with a word.
func (w *watcher) quiet(when string, length time.Duration, except string) {
	w.t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); <-tick.C {
		names, _ := w.firing()
		if names = slices.DeleteFunc(pages(names), func(name string) bool { return except != "" && strings.HasPrefix(name, except) }); len(names) > 0 {
			w.t.Fatalf("%s somebody is woken by %v; what nodes and probes counted:%s", when, names,
				w.counted(`{__name__=~"lockstep_(probe_)?sends_total|lockstep_leader_changes_total",outcome!~"ok|duplicate"} > 0`))
		}
	}
}

// pages are the alerts that must have a cause here.
func pages(firing []string) []string {
	return slices.DeleteFunc(slices.Clone(firing), func(name string) bool {
		return name == "LockstepHeartbeat" || strings.HasPrefix(name, "SendToAcknowledgement") || strings.HasPrefix(name, "HistoryPage")
	})
}
