//go:build browser

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// webKitPaths are the commands as WebDriver has them over HTTP.
var webKitPaths = map[string]string{
	navigateTo: "POST /url", runScript: "POST /execute/sync", findElement: "POST /element",
	clickOn: "POST /element/ID/click", typeInto: "POST /element/ID/value", enterFrame: "POST /frame", screenshot: "GET /screenshot", printPDF: "POST /print",
}

// startWebKit starts WebKitGTK's browser below its driver, on a screen in memory.
func startWebKit(t *testing.T) *webEngine {
	t.Helper()
	driver, err := exec.LookPath("WebKitWebDriver")
	if err != nil {
		missing(t, "WebKit", "webkit2gtk-driver")
	}
	screen, err := exec.LookPath("Xvfb")
	if err != nil {
		missing(t, "screen in memory for WebKit", "xvfb")
	}
	home := browserHome(t)
	number := filepath.Join(home, "display")
	// Xvfb chooses a free number and writes it to a descriptor.
	startProcess(t, exec.Command("sh", "-c", `exec "$0" -displayfd 3 -screen 0 1366x900x24 -nolisten tcp 3>"$1"`, screen, number), home)
	display := waitForText(t, "Xvfb", func() string { data, _ := os.ReadFile(number); return strings.TrimSpace(string(data)) })

	port := freePorts(t, 1)[0]
	startProcess(t, exec.Command(driver, fmt.Sprintf("--port=%d", port)), home, "DISPLAY=:"+display, "GDK_BACKEND=x11", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "LIBGL_ALWAYS_SOFTWARE=1", "GSK_RENDERER=cairo")

	client := &http.Client{Timeout: 2 * engineWait}
	driverAt := fmt.Sprintf("http://127.0.0.1:%d", port)
	session := driverAt + "/session"
	request := func(method, url string, params any) (json.RawMessage, error) {
		var body io.Reader
		if method == http.MethodPost {
			data, err := json.Marshal(params)
			if err != nil {
				return nil, err
			}
			body = bytes.NewReader(data)
		}
		req, err := http.NewRequest(method, url, body)
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		var answer struct{ Value json.RawMessage }
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%.500s", answer.Value)
		}
		return answer.Value, nil
	}
	waitForText(t, "WebKitWebDriver", func() string {
		value, _ := request(http.MethodGet, driverAt+"/status", nil)
		return string(value)
	})
	value, err := request(http.MethodPost, session, map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"timeouts": map[string]any{"script": engineWait.Milliseconds(), "pageLoad": engineWait.Milliseconds()}}}})
	if err != nil {
		t.Fatal(err)
	}
	var started struct{ SessionID string }
	if err := json.Unmarshal(value, &started); err != nil || started.SessionID == "" {
		t.Fatalf("%s: %v", value, err)
	}
	session += "/" + started.SessionID
	t.Cleanup(func() { request(http.MethodDelete, session, nil) })
	return &webEngine{t: t, send: func(command string, params map[string]any) (json.RawMessage, error) {
		method, path, _ := strings.Cut(webKitPaths[command], " ")
		id, _ := params["id"].(string)
		return request(method, session+strings.Replace(path, "ID", id, 1), params)
	}}
}
