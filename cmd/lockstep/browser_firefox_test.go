//go:build browser

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startFirefox starts Firefox and talks to it over Marionette, which it has built in:
// each message is its length, a colon and JSON, as [0, id, command, parameters] one way
// and [1, id, error, result] the other.
func startFirefox(t *testing.T) *webEngine {
	t.Helper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		if path, err = exec.LookPath("firefox"); err != nil {
			missing(t, "Firefox", "firefox-esr")
		}
	}
	home := browserHome(t)
	profile := filepath.Join(home, "profile")
	if err := os.MkdirAll(profile, 0o700); err != nil {
		t.Fatal(err)
	}
	// Any free port, which it writes down; and no way to other hosts, which it asks by itself.
	settings := `user_pref("marionette.port", 0);
user_pref("network.proxy.type", 1); user_pref("network.proxy.socks", "127.0.0.1"); user_pref("network.proxy.socks_port", 9);`
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	startProcess(t, exec.Command(path, "--headless", "--marionette", "--no-remote", "--width", "1366", "--height", "900", "--profile", profile), home)

	port := waitForText(t, "Firefox", func() string {
		data, _ := os.ReadFile(filepath.Join(profile, "MarionetteActivePort"))
		return strings.TrimSpace(string(data))
	})
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	in, id := bufio.NewReader(conn), 0
	if _, err := marionetteMessage(conn, in); err != nil { // it introduces itself
		t.Fatal(err)
	}
	e := &webEngine{t: t, send: func(command string, params map[string]any) (json.RawMessage, error) {
		id++
		data, err := json.Marshal([]any{0, id, command, params})
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Fprintf(conn, "%d:%s", len(data), data); err != nil {
			return nil, err
		}
		data, err = marionetteMessage(conn, in)
		if err != nil {
			return nil, err
		}
		var answer [4]json.RawMessage
		if err := json.Unmarshal(data, &answer); err != nil {
			return nil, err
		}
		if string(answer[2]) != "null" {
			return nil, fmt.Errorf("%.500s", answer[2])
		}
		var wrapped struct{ Value json.RawMessage }
		if err := json.Unmarshal(answer[3], &wrapped); err == nil && wrapped.Value != nil {
			return wrapped.Value, nil
		}
		return answer[3], nil
	}}
	e.call("WebDriver:NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"timeouts": map[string]any{"script": engineWait.Milliseconds(), "pageLoad": engineWait.Milliseconds()}}}})
	return e
}

func marionetteMessage(conn net.Conn, in *bufio.Reader) ([]byte, error) {
	conn.SetReadDeadline(time.Now().Add(2 * engineWait))
	size, err := in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, ":"))
	if err != nil {
		return nil, err
	}
	data := make([]byte, n)
	_, err = io.ReadFull(in, data)
	return data, err
}

// waitForText waits until there is one.
func waitForText(t *testing.T, who string, text func() string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(engineWait); ; {
		select {
		case <-tick.C:
			if found := text(); found != "" {
				return found
			}
		case <-end:
			t.Fatalf("%s is not there within %s", who, engineWait)
		}
	}
}
