package backup

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/formattest"
)

// TestFormats: a backup that somebody has kept is verified and read by every later
// version, and what is added to it is written in the same way. The folder is a whole
// backup of format 1.
func TestFormats(t *testing.T) {
	dir := filepath.Join("testdata", "formats", "backup-1")
	if m, err := Verify(dir, nil); err != nil || m.Messages() != 3 {
		t.Errorf("%d messages are verified: %v. %s", m.Messages(), err, formattest.Frozen)
	}
	began := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
	formattest.Hold(t, "backup-1/manifest.json", Manifest{Format: 1, Cluster: "0123456789abcdef0123456789abcdef", Shards: 2,
		Runs: []Run{{Number: 1, Began: began, Ended: began.Add(1500 * time.Millisecond), Messages: 3, Files: []File{{Name: "run-000001-000001.jsonl", Shard: 1, Bytes: 552}}}},
		Conversations: []Conversation{
			{Name: "hall", Shard: 1, First: 257, Last: 257, Digest: "d097eff947a66790b2613b8a00acd04a982b718e0cf89e47dfede78f2c252a4c"},
			{Name: "room", Shard: 1, First: 1, Last: 2, Digest: "dbf5983d66e29437b967a0aa0455246536e15e455ba497598e2d2fa87d8b7b57"},
		}, Sum: "8b4533553f429b531f0435547ddeede18412308d993f0d1b3bcf097ca50bbd86"}, func([]byte) (Manifest, error) { return Read(dir) }, func(m Manifest) []byte {
		data, err := m.encode()
		if err != nil {
			t.Error(err)
		}
		return bytes.TrimSuffix(data, []byte("\n"))
	})
	formattest.Hold(t, "backup-1/run-000001-000001.jsonl", []line{
		{Conversation: "hall", After: 256, Digest: strings.Repeat("0f", 32), Sum: "6d3f8af6"},
		{Seq: 257, ID: "b257", Sender: "ben", Body: "<größer> & \"\\\n", Epoch: 3, Time: 1_800_000_000_001, Sum: "fc36829b"},
		{Conversation: "room", Digest: strings.Repeat("00", 32), Sum: "053da62c"},
		{Seq: 1, ID: "a1", Sender: "ann", Body: "hello", Epoch: 2, Time: 1_800_000_000_000, Sum: "1875c8c6"},
		{Seq: 2, ID: "a2", Sender: "ann", Epoch: 2, Time: 1_800_000_000_000, Sum: "e6607741"},
	}, func(data []byte) (list []line, err error) {
		for text := range bytes.Lines(data) {
			l, err := parseLine(bytes.TrimSuffix(text, []byte("\n")))
			if err != nil {
				return list, err
			}
			list = append(list, l)
		}
		return list, nil
	}, func(list []line) (data []byte) {
		for _, l := range list {
			var err error
			if data, err = l.append(data); err != nil {
				t.Error(err)
			}
		}
		return bytes.TrimSuffix(data, []byte("\n"))
	})
}
