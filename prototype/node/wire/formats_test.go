package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// channels are those of the links between nodes, by what they are for.
type channels struct {
	Submit, Read, Beat, Opinion, Founding, Members, Ask, Lane, Name, State int
}

// TestFormats_channels: a message goes to whom it is meant for, at nodes of every
// version: no channel ever has another number.
func TestFormats_channels(t *testing.T) {
	write := func(c channels) []byte {
		data, err := json.Marshal(c)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	today := channels{ChannelSubmit, ChannelRead, ChannelBeat, ChannelOpinion, ChannelFounding, ChannelMembers, ChannelAsk, ChannelLane, ChannelName, ChannelState}
	format(t, "channels.json", today, func(data []byte) (c channels, err error) { return c, json.Unmarshal(data, &c) }, write)
}

// values are what messages in binary are made of.
type values struct {
	Bytes   string
	None    string
	Uvarint uint64
	Varint  int64
	Byte    byte
}

// TestFormats_values: bytes and numbers are read as every version writes them.
func TestFormats_values(t *testing.T) {
	format(t, "values.hex", values{"größer", "", 1<<64 - 1, -300, 7}, func(data []byte) (v values, err error) {
		d := Reader{Data: data}
		v = values{string(d.Bytes()), string(d.Bytes()), d.Uvarint(), d.Varint(), d.Byte()}
		if d.Failed || len(d.Data) > 0 {
			err = ErrMalformed
		}
		return v, err
	}, func(v values) []byte {
		data := AppendBytes(AppendBytes(nil, []byte(v.Bytes)), []byte(v.None))
		return append(binary.AppendVarint(binary.AppendUvarint(data, v.Uvarint), v.Varint), v.Byte)
	})
}

// A format that was written once is read for good, and by nodes of other versions.
const frozen = "A format that has been released is never changed: give new bytes a version of their own, which today's program writes and reads beside this one, and add a fixture of it."

// format holds what has the bytes of a fixture in testdata/formats: it is read as want,
// and, unless write is nil since only a past version wrote it, written in these bytes.
// A fixture that ends in .hex is a dump as hexdump -C makes it, below lines of comment;
// another one is its bytes as they are, but for the end of its last line.
func format[T any](t *testing.T, name string, want T, read func([]byte) (T, error), write func(T) []byte, options ...cmp.Option) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.TrimSuffix(file, []byte("\n"))
	if strings.HasSuffix(name, ".hex") {
		data = nil
		for line := range strings.Lines(string(file)) {
			line, _, _ = strings.Cut(line, "|")
			if at, digits, ok := strings.Cut(line, "  "); ok && at[0] != '#' {
				part, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				data = append(data, part...)
			}
		}
	}
	got, err := read(bytes.Clone(data))
	if diff := cmp.Diff(want, got, options...); err != nil || diff != "" {
		t.Errorf("%s is not read as it was: %v (-want +got):\n%s\n%s", name, err, diff, frozen)
	}
	if write == nil {
		return
	}
	if today := write(want); !bytes.Equal(today, data) {
		t.Errorf("what %s has is written in other bytes today. %s\nthe fixture:\n%stoday:\n%s", name, frozen, hex.Dump(data), hex.Dump(today))
	}
}
