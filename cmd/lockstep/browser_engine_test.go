//go:build browser

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// webEngine is a browser that is driven by the commands of WebDriver (w3.org/TR/webdriver2),
// which Firefox and WebKit take in different envelopes: see startFirefox, startWebKit.
type webEngine struct {
	t    *testing.T
	send func(command string, params map[string]any) (json.RawMessage, error)
}

// The commands that are used, by the names that Marionette has for them.
const (
	navigateTo  = "WebDriver:Navigate"
	runScript   = "WebDriver:ExecuteScript"
	findElement = "WebDriver:FindElement"
	clickOn     = "WebDriver:ElementClick"
	typeInto    = "WebDriver:ElementSendKeys"
	enterFrame  = "WebDriver:SwitchToFrame"
	screenshot  = "WebDriver:TakeScreenshot"
	printPDF    = "WebDriver:Print"
)

// engineWait is how long an engine may take for anything: it bounds what hangs, on a
// machine that does other things too.
const engineWait = 3 * time.Minute

func (e *webEngine) call(command string, params map[string]any) json.RawMessage {
	e.t.Helper()
	value, err := e.send(command, params)
	if err != nil {
		e.t.Fatalf("%s %v: %v", command, params, err)
	}
	return value
}

// eval gives the value of an expression.
func (e *webEngine) eval(expression string) any {
	e.t.Helper()
	value, err := e.ask(expression)
	if err != nil {
		e.t.Fatal(err)
	}
	return value
}

func (e *webEngine) ask(expression string) (value any, err error) {
	answer, err := e.send(runScript, map[string]any{"script": "return " + expression, "args": []any{}})
	if err == nil {
		err = json.Unmarshal(answer, &value)
	}
	return value, err
}

// until waits for an expression to become true. A page that goes away while it is
// asked gives no answer.
func (e *webEngine) until(expression string) {
	e.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(engineWait); ; <-tick.C {
		held, err := e.ask(expression)
		switch {
		case held == true:
			return
		case time.Now().After(end):
			where, _ := e.ask("location.href")
			e.t.Fatalf("not within %s: %s (%v, %v) at %v", engineWait, expression, held, err, where)
		}
	}
}

func (e *webEngine) open(url string) {
	e.t.Helper()
	e.call(navigateTo, map[string]any{"url": url})
}

// element finds one and gives its id.
func (e *webEngine) element(selector string) string {
	e.t.Helper()
	var found map[string]string
	if err := json.Unmarshal(e.call(findElement, map[string]any{"using": "css selector", "value": selector}), &found); err != nil {
		e.t.Fatal(err)
	}
	return found["element-6066-11e4-a52e-4f735466cecf"]
}

// click is a real click, which fails if something lies above the element.
func (e *webEngine) click(selector string) {
	e.t.Helper()
	e.call(clickOn, map[string]any{"id": e.element(selector)})
}

func (e *webEngine) keys(selector, text string) {
	e.t.Helper()
	e.call(typeInto, map[string]any{"id": e.element(selector), "text": text})
}

// missing skips a test, or fails it in CI, and says how to get what it needs.
func missing(t *testing.T, what, packages string) {
	t.Helper()
	way := fmt.Sprintf("no %s found: install it (Debian: apt-get install %s)", what, packages)
	if os.Getenv("CI") == "true" {
		t.Fatal(way)
	}
	t.Skip(way)
}

// browserHome is a folder for what a browser keeps. What its last process still writes
// there is no matter.
func browserHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lockstep-engine")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// startProcess runs a program of its own group until the test ends, with a home of its
// own, and shows what it said if the test failed.
func startProcess(t *testing.T, cmd *exec.Cmd, home string, env ...string) {
	t.Helper()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home, "NO_AT_BRIDGE=1", "LC_ALL=C.UTF-8")
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait() // killed
		if t.Failed() {
			t.Logf("%s said:\n%s", cmd.Path, said.String())
		}
	})
}
