//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/prototype/hosts"
)

// TestWalk goes through the page about installing as its reader does: a package on three
// fresh hosts, certificates, tokens, a cluster with TLS that Prometheus watches. Then two
// nodes stop, somebody is woken, and the runbook's command ends it; each host gets the
// package again and is restarted; messages are backed up; one host is lost and comes back
// empty; all are lost and the backup is restored. Commands of the page are run as they
// stand there. Of the package apt and systemd are left out: its files are unpacked, the
// program is put among them, since packing it takes minutes, and the node is started as
// the unit says, as nobody, with nothing but these files to see.
// The windows of alerts are sixty times as short as in production, which changes none of
// those that are awaited here: they are bounds of events.
func TestWalk(t *testing.T) {
	w := newWalk(t)
	w.follow("Make certificates", w.own)
	w.follow("Make tokens", w.own)
	for i := 1; i <= hosts.Count; i++ {
		w.install(i)
		w.start(i)
	}
	w.bring("ca.pem", "ops.token", "app.token", "watch.token")
	for i := 1; i <= hosts.Count; i++ {
		w.awaitReady(i)
	}
	said := w.follow("Start and look", w.ops)
	if !strings.Contains(said, "leader") || !strings.Contains(said, "lockstep_commit_index") {
		t.Errorf("status and metrics say:\n%s", said)
	}

	w.watch()
	w.awaitAlert("the heartbeat", "LockstepHeartbeat", true)
	for _, id := range []int{1, 2} {
		w.signal(id, syscall.SIGSTOP)
	}
	w.awaitAlert("two nodes are stopped", "SeqStall", true)
	if said, code := w.sh(w.ops, "lockstep status --target "+w.targets()); code != 1 || !strings.Contains(said, "does not answer") {
		t.Errorf("with two nodes stopped status exits with %d: %s", code, said)
	}
	if said, code := w.sh(w.ops, fmt.Sprintf("PID=%d\n%s", w.nodes[1].Process.Pid, w.block("seq-stall.md", "kill -CONT"))); code != 0 {
		t.Fatalf("the runbook's command exits with %d: %s", code, said)
	}
	w.until("status is well again", func() bool { _, code := w.sh(w.ops, "lockstep status --target "+w.targets()); return code == 0 })
	w.signal(2, syscall.SIGCONT)
	w.awaitAlert("the stall is over", "SeqStall", false)

	w.sent(40)
	for i := 1; i <= hosts.Count; i++ {
		w.install(i)
		w.end(i, syscall.SIGTERM)
		w.start(i)
		w.awaitReady(i)
	}
	w.follow("Back up", w.ops)

	w.end(3, syscall.SIGKILL)
	w.fresh(3)
	w.install(3)
	w.start(3)
	w.awaitReady(3)
	w.held("after one host was lost")

	w.sent(10)
	w.follow("Back up", w.ops)
	w.probe.Process.Signal(os.Interrupt)
	if err := w.probe.Wait(); err != nil {
		t.Errorf("the probe has seen a promise broken: %v", err)
	}
	for i := 1; i <= hosts.Count; i++ {
		w.end(i, syscall.SIGKILL)
		w.fresh(i)
		w.install(i)
	}
	for i := 1; i <= hosts.Count; i++ {
		w.start(i)
	}
	for i := 1; i <= hosts.Count; i++ {
		w.awaitReady(i)
	}
	if said := w.follow("When all are gone", w.ops); !strings.Contains(said, "are the same") {
		t.Errorf("the restore says: %s", said)
	}
	w.held("after all hosts were lost")
}

// walk is one reader on the way through the page.
type walk struct {
	*testing.T
	*hosts.Hosts
	ctx      context.Context
	pack     string // the package of the release, in which some bytes stand in for the program
	program  string
	own, ops string // the folders of the reader's machine, and of the one that watches
	roots    map[int]string
	nodes    map[int]*exec.Cmd
	probe    *exec.Cmd
	count    int // of messages sent
}

func newWalk(t *testing.T) *walk {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("dpkg-deb is not installed")
	}
	if _, err := exec.LookPath("prometheus"); err != nil {
		t.Skip("prometheus is not installed: bash .ci/setup")
	}
	h := hosts.New(t)
	r := someRelease(t)
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(built[1])+string(os.PathListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	w := &walk{T: t, Hosts: h, ctx: ctx, program: built[0], pack: onDisk(t, "lockstep.deb", artifact(t, r, "_amd64.deb")), own: t.TempDir(), ops: t.TempDir(), roots: map[int]string{}, nodes: map[int]*exec.Cmd{}}
	for i := 1; i <= hosts.Count; i++ {
		w.fresh(i)
	}
	t.Cleanup(func() {
		for i := range w.nodes {
			w.end(i, syscall.SIGKILL)
		}
	})
	return w
}

// targets are those of the page.
func (w *walk) targets() string {
	return "https://10.0.0.1:7001,https://10.0.0.2:7001,https://10.0.0.3:7001"
}

// block is the first block of a page that has some words in it.
func (w *walk) block(page, words string) string {
	w.Helper()
	text, err := os.ReadFile("../../content/runbook/" + page)
	if err != nil {
		w.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```(?:sh|yaml)[^\n]*\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(block[1], words) {
			return block[1]
		}
	}
	w.Fatalf("%s has no block with %q", page, words)
	return ""
}

// sh runs lines in a folder of the machine that is no host, with the environment that the
// page exports there.
func (w *walk) sh(dir, script string) (said string, code int) {
	if dir == w.ops {
		environment, _, _ := strings.Cut(w.block("install.md", "export LOCKSTEP_TLS_CA"), "\n")
		script = environment + "\n" + script
	}
	cmd := w.On(w.ctx, 0, "sh", "-ec", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		w.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// follow runs all that stands under a heading of the page, in one shell.
func (w *walk) follow(heading, dir string) string {
	w.Helper()
	text, err := os.ReadFile("../../content/runbook/install.md")
	if err != nil {
		w.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1) {
		if !strings.HasPrefix(block[1], "install ") && !strings.HasPrefix(block[1], "systemctl ") && !strings.HasPrefix(block[1], "apt-get ") {
			script.WriteString(block[1])
		}
	}
	if !found || script.Len() == 0 {
		w.Fatalf("the page has no commands under %q", heading)
	}
	said, code := w.sh(dir, script.String())
	if code != 0 {
		w.Fatalf("%q of the page exits with %d:\n%s", heading, code, said)
	}
	return said
}

// fresh is a host as it comes.
func (w *walk) fresh(i int) {
	w.roots[i] = filepath.Join(w.TempDir(), "root")
}

// install puts the files of the package, and those that the page has brought, on a host.
func (w *walk) install(i int) {
	w.Helper()
	root, id := w.roots[i], fmt.Sprintf("n%d", i)
	tool(w.T, "dpkg-deb", "-x", w.pack, root)
	tool(w.T, "install", "-m", "0755", w.program, filepath.Join(root, "usr/bin/lockstep"))
	tool(w.T, "install", "-d", "-o", "65534", filepath.Join(root, "etc/lockstep"), filepath.Join(root, "var/lib/lockstep"), filepath.Join(root, "tmp"))
	for _, name := range []string{"certs/ca.pem", "certs/" + id + ".pem", "certs/" + id + ".key", "access"} {
		tool(w.T, "install", "-o", "root", "-g", "65534", "-m", "0640", filepath.Join(w.own, name), filepath.Join(root, "etc/lockstep"))
	}
	if err := os.Chmod(root, 0o755); err != nil {
		w.Fatal(err)
	}
}

// start starts the node of a host as the unit and the file beside it say, once its
// comment signs are away and its id is the host's.
func (w *walk) start(i int) {
	w.Helper()
	unit, err := os.ReadFile(filepath.Join(w.roots[i], "usr/lib/systemd/system/lockstep-node.service"))
	if err != nil {
		w.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(w.roots[i], "etc/default/lockstep"))
	if err != nil {
		w.Fatal(err)
	}
	_, options, _ := strings.Cut(string(settings), "#LOCKSTEP_OPTIONS=\"")
	options = strings.ReplaceAll(strings.TrimRight(options, "\"\n"), "\\\n#", "")
	options = strings.NewReplacer("--id n1", fmt.Sprintf("--id n%d", i), "/n1.", fmt.Sprintf("/n%d.", i)).Replace(options)
	_, line, _ := strings.Cut(string(unit), "\nExecStart=")
	line, _, _ = strings.Cut(line, "\n")
	args := strings.Fields(strings.ReplaceAll(line, "$LOCKSTEP_OPTIONS", options))
	log, err := os.OpenFile(filepath.Join(w.roots[i], "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.Fatal(err)
	}
	defer log.Close()
	cmd := w.On(context.WithoutCancel(w.ctx), i, "chroot", append([]string{"--userspec=65534:65534", w.roots[i]}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.nodes[i] = cmd
}

func (w *walk) signal(i int, s syscall.Signal) {
	w.Helper()
	if err := w.nodes[i].Process.Signal(s); err != nil {
		w.Fatal(err)
	}
}

// end ends a node; in good order it is to exit with success.
func (w *walk) end(i int, s syscall.Signal) {
	cmd := w.nodes[i]
	if cmd == nil {
		return
	}
	w.nodes[i] = nil
	cmd.Process.Signal(s)
	err := cmd.Wait()
	log, _ := os.ReadFile(filepath.Join(w.roots[i], "log"))
	if err != nil && s == syscall.SIGTERM {
		w.Errorf("n%d did not end in good order: %v", i, err)
	}
	if w.Failed() {
		w.Logf("n%d:\n%s", i, log)
	}
}

// bring carries files from the reader's machine to the one that watches.
func (w *walk) bring(names ...string) {
	w.Helper()
	for _, name := range names {
		from := filepath.Join(w.own, name)
		if name == "ca.pem" {
			from = filepath.Join(w.own, "certs", name)
		}
		tool(w.T, "cp", "-p", from, w.ops)
	}
}

// watch starts probe and Prometheus as the page has them, but that Prometheus asks each
// second.
func (w *walk) watch() {
	w.Helper()
	tool(w.T, "lockstep", "slo", "--dir", "../..", "--faster", "60", "--out", filepath.Join(w.ops, "slo"))
	config := "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n" + w.block("install.md", "scrape_configs")
	if err := os.WriteFile(filepath.Join(w.ops, "prometheus.yml"), []byte(config), 0o600); err != nil {
		w.Fatal(err)
	}
	w.probe = w.background(w.block("install.md", "lockstep probe"))
	w.background("prometheus --config.file prometheus.yml --storage.tsdb.path data --web.listen-address 127.0.0.1:9090")
}

// background runs a line in the folder of the machine that watches until the test is over.
func (w *walk) background(line string) *exec.Cmd {
	cmd := w.On(w.ctx, 0, "sh", "-c", "exec "+line)
	cmd.Dir = w.ops
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if w.Failed() {
			w.Logf("%s\n%s", line, said.String())
		}
	})
	return cmd
}

// until waits for a condition.
func (w *walk) until(what string, is func() bool) {
	w.Helper()
	began := time.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			w.Fatalf("%s: not within %s", what, time.Since(began).Round(time.Second))
		}
	}
	w.Logf("%s: after %.1f s", what, time.Since(began).Seconds())
}

// awaitAlert waits until Prometheus says that an alert fires, or that it does not.
func (w *walk) awaitAlert(what, name string, fires bool) {
	w.Helper()
	w.until(what, func() bool {
		said, code := w.sh(w.ops, fmt.Sprintf(`curl -sfGm 1 --data-urlencode 'query=ALERTS{alertname="%s",alertstate="firing"}' http://127.0.0.1:9090/api/v1/query`, name))
		return code == 0 && strings.Contains(said, name) == fires
	})
}

func (w *walk) awaitReady(i int) {
	w.Helper()
	w.until(fmt.Sprintf("n%d is ready", i), func() bool {
		_, code := w.sh(w.ops, fmt.Sprintf("curl -sfm 2 --cacert ca.pem https://10.0.0.%d:7001/readyz", i))
		return code == 0
	})
}

// sent sends messages, each of which is acknowledged.
func (w *walk) sent(n int) {
	w.Helper()
	script := fmt.Sprintf("seq %d %d | sed 's/^/message /' | lockstep send walk --token-file app.token --target %s", w.count+1, w.count+n, w.targets())
	if said, code := w.sh(w.ops, script); code != 0 {
		w.Fatalf("send exits with %d: %s", code, said)
	}
	w.count += n
}

// held asks each node for all messages, in their order.
func (w *walk) held(when string) {
	w.Helper()
	var want strings.Builder
	for n := range w.count {
		fmt.Fprintf(&want, "message %d\n", n+1)
	}
	for i := 1; i <= hosts.Count; i++ {
		said, code := w.sh(w.ops, fmt.Sprintf("curl -sS --fail-with-body --cacert ca.pem -H @ops.header 'https://10.0.0.%d:7001/v1/conversations/walk/messages?read=linearizable&limit=1000'", i))
		if got := strings.Join(regexp.MustCompile(`message \d+`).FindAllString(said, -1), "\n") + "\n"; code != 0 || got != want.String() {
			w.Errorf("%s n%d has (exit code %d):\n%s", when, i, code, said)
		}
	}
}
