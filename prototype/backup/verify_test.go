package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/prototype/order"
)

// write makes a backup of one conversation by hand, with lines that fit behind one
// another; more follows in the file, whose size the manifest gives for some lines.
func write(t *testing.T, digest string, lines int, more ...line) (dir string) {
	t.Helper()
	dir = t.TempDir()
	message := line{Seq: 1, ID: "m1", Sender: "ann", Body: "text", Epoch: 2, Time: 3}
	chain := order.Digest{}.Next(message.message())
	if digest == "" {
		digest = chain.String()
	}
	var data []byte
	size := 0
	for i, l := range append([]line{{Conversation: "room", Digest: order.Digest{}.String()}, message}, more...) {
		if l.Conversation != "" && l.After == 1 {
			l.Digest = chain.String()
		}
		var err error
		if data, err = l.append(data); err != nil {
			t.Fatal(err)
		}
		if i < lines {
			size = len(data)
		}
	}
	m := Manifest{Format: Format, Runs: []Run{{Number: 1, Messages: 1, Files: []File{{Name: "run-000001-000001.jsonl", Bytes: size}}}},
		Conversations: []Conversation{{Name: "room", First: 1, Last: 1, Digest: digest}}}
	if err := os.WriteFile(filepath.Join(dir, m.Runs[0].Files[0].Name), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestVerify_manifest: lines that are sound in themselves are held against what the
// cluster said, and nothing stands in a file that its run did not write.
func TestVerify_manifest(t *testing.T) {
	if _, err := Verify(write(t, "", 2), nil); err != nil {
		t.Fatal(err)
	}
	other := order.Digest{1}.String()
	for want, dir := range map[string]string{
		"the cluster had 1 to 1 with " + other:  write(t, other, 2),
		"was written with":                      write(t, "", 2, line{Conversation: "room", After: 1}),
		`"hall" is in no manifest`:              write(t, "", 3, line{Conversation: "hall", Digest: order.Digest{}.String()}),
		"jsonl:3: message 3 follows 1":          write(t, "", 3, line{Seq: 3, ID: "m3"}),
		`jsonl:3: "room" goes on behind 0`:      write(t, "", 3, line{Conversation: "room", Digest: other}),
		`jsonl:3: the digest of "hall" up to 0`: write(t, "", 3, line{Conversation: "hall", Digest: other}),
	} {
		if _, err := Verify(dir, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
