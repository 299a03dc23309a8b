package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime/debug"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// ErrCorrupt is the error for stored data that is not what was written. A
// replica with such data refuses to start: serving it would be a lie, and
// dropping it could break a promise to the others.
var ErrCorrupt = errors.New("stored data is damaged")

// ChecksummedLog is a log store that notices damage. Each entry carries a CRC-32C of all
// that it is; bolt, unlike its competitors, does not check its pages.
type ChecksummedLog struct{ raft.LogStore }

// NewChecksummedLog puts checksums around the data of a store.
func NewChecksummedLog(store raft.LogStore) ChecksummedLog { return ChecksummedLog{store} }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 4

func checksumOf(e *raft.Log, data []byte) uint32 {
	var head [17]byte
	binary.BigEndian.PutUint64(head[:8], e.Index)
	binary.BigEndian.PutUint64(head[8:16], e.Term)
	head[16] = byte(e.Type)
	return crc32.Update(crc32.Update(crc32.Checksum(head[:], castagnoli), castagnoli, data), castagnoli, e.Extensions)
}

func (s ChecksummedLog) StoreLog(e *raft.Log) error { return s.StoreLogs([]*raft.Log{e}) }

func (s ChecksummedLog) StoreLogs(entries []*raft.Log) error {
	copies := make([]raft.Log, len(entries))
	list := make([]*raft.Log, len(entries))
	for i, e := range entries {
		copies[i] = *e
		data := make([]byte, 0, len(e.Data)+checksumSize)
		copies[i].Data = binary.BigEndian.AppendUint32(append(data, e.Data...), checksumOf(e, e.Data))
		list[i] = &copies[i]
	}
	return s.LogStore.StoreLogs(list)
}

func (s ChecksummedLog) GetLog(index uint64, into *raft.Log) error {
	if err := s.LogStore.GetLog(index, into); err != nil {
		return err
	}
	n := len(into.Data) - checksumSize
	if mutant.On(mutant.ChecksumUnchecked) {
		into.Data = into.Data[:n]
		return nil
	}
	if n < 0 || into.Index != index || binary.BigEndian.Uint32(into.Data[n:]) != checksumOf(into, into.Data[:n]) {
		return fmt.Errorf("read log entry %d: %w", index, ErrCorrupt)
	}
	into.Data = into.Data[:n:n]
	return nil
}

// Verify reads the whole log, and gives ErrCorrupt if an entry is not what was
// written. Damage that makes the store below panic, as that
// of a page's structure does, or fault, as that of a mapped file does, is damage
// and no reason to die.
func (s ChecksummedLog) Verify() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	index := uint64(0)
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("read log entry %d: %w: %v", index, ErrCorrupt, cause)
		}
	}()
	first, err := s.FirstIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	last, err := s.LastIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	if first == 0 && last == 0 {
		return nil
	}
	term := uint64(0)
	for index = first; index <= last; index++ {
		var e raft.Log
		if err := s.GetLog(index, &e); err != nil {
			if !errors.Is(err, ErrCorrupt) {
				err = fmt.Errorf("read log entry %d: %w: %w", index, ErrCorrupt, err)
			}
			return err
		}
		if e.Term < term {
			return fmt.Errorf("read log entry %d: its term %d follows term %d: %w", index, e.Term, term, ErrCorrupt)
		}
		term = e.Term
	}
	return nil
}
