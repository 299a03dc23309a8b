//go:build unix

package main

import (
	"os"
	"strings"
	"testing"
)

// TestRunbook_backup pastes the commands of the page about backups: what was copied from
// three processes is restored into a fourth.
func TestRunbook_backup(t *testing.T) {
	page, err := os.ReadFile("../../content/runbook/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	r := newRehearsal(t)
	take, restore := instructionsOf(sectionOf(t, page, "Back up")), instructionsOf(sectionOf(t, page, "Restore"))
	if len(take) != 2 || len(restore) != 1 {
		t.Fatalf("the page has %d and %d commands", len(take), len(restore))
	}
	id := r.ids()[0]
	r.paste(id, take...)
	r.paste(id, take[0])
	_, to := backupCluster(t, strings.Split(r.path, ":")[0]+"/lockstep", 1, 2)
	restore[0].command = strings.ReplaceAll(restore[0].command, "$NODE", to[0])
	r.paste(id, restore...)
	r.paste(id, restore...)
}
