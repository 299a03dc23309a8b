// Package model_test searches the models beside ADR-0026 exhaustively, within small
// bounds: with every safeguard they must hold, and without any one of them not.
package model_test

import (
	"os"
	"os/exec"
	"testing"
)

func TestModels(t *testing.T) {
	for _, tool := range []string{"bash", "spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing: on Debian, apt-get install %[1]s", tool)
			}
			t.Skipf("%s is missing: the models are not searched", tool)
		}
	}
	for _, model := range []string{"members", "lease", "rollback"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), "bash", "run", "short", "^"+model).CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Error(err)
			}
		})
	}
}
