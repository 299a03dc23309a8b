package wire

import (
	"encoding/binary"
	"testing"

	"lockstep/formattest"
)

// channels are those of the links between nodes, by what they are for.
type channels struct {
	Submit, Read, Beat, Opinion, Founding, Members, Ask, Lane, Name, State int
}

// TestFormats_channels: a message goes to whom it is meant for, at nodes of every
// version: no channel ever has another number.
func TestFormats_channels(t *testing.T) {
	formattest.HoldJSON(t, "channels.json", channels{ChannelSubmit, ChannelRead, ChannelBeat, ChannelOpinion, ChannelFounding, ChannelMembers, ChannelAsk, ChannelLane, ChannelName, ChannelState})
}

// TestFormats_channel_followed is the same of the channel that came later.
func TestFormats_channel_followed(t *testing.T) {
	formattest.HoldJSON(t, "followed.json", struct{ SubmitFollowed int }{ChannelSubmitFollowed})
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
	formattest.Hold(t, "values.hex", values{"größer", "", 1<<64 - 1, -300, 7}, func(data []byte) (v values, err error) {
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
