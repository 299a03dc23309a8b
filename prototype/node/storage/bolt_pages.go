//go:build !js

package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
)

// boltPages follows the pages of a bolt file by itself: bolt's own check panics
// where nobody can catch it, in a goroutine of its own.
type boltPages struct {
	file *os.File
	page uint64 // bytes of a page
	high uint64 // the first page that is not used
	seen map[uint64]bool
}

const (
	boltBranch   = 0x01
	boltLeaf     = 0x02
	boltFreelist = 0x10
	boltElement  = 16 // bytes of an element's head
	boltBucket   = 0x01
	boltNoList   = ^uint64(0)
)

// verify gives an error if a page is not what the one before it promises. root and
// freelist are those of the newer description.
func (b *boltPages) verify(root, freelist uint64) error {
	if err := b.tree(root, nil, nil); err != nil {
		return err
	}
	if freelist == boltNoList {
		return nil
	}
	data, count, err := b.read(freelist, boltFreelist)
	if err != nil {
		return err
	}
	ids := data[boltPageHead:]
	if count == 0xFFFF { // the count does not fit its field, and comes first
		if len(ids) < 8 {
			return fmt.Errorf("page %d: the list of free pages has no length", freelist)
		}
		count, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return fmt.Errorf("page %d: %d free pages do not fit it", freelist, count)
	}
	for i := range count {
		id := binary.NativeEndian.Uint64(ids[8*i:])
		if id < 2 || id >= b.high || b.seen[id] {
			return fmt.Errorf("page %d: page %d cannot be free", freelist, id)
		}
		b.seen[id] = true
	}
	return nil
}

// read gives a page with its overflow, and how many elements it has.
func (b *boltPages) read(id uint64, kinds uint16) (data []byte, count uint64, err error) {
	var head [boltPageHead]byte
	if id < 2 || id >= b.high {
		return nil, 0, fmt.Errorf("page %d of %d is referred to", id, b.high)
	}
	if _, err := b.file.ReadAt(head[:], int64(id*b.page)); err != nil {
		return nil, 0, fmt.Errorf("page %d: %w", id, err)
	}
	flags, overflow := binary.NativeEndian.Uint16(head[8:]), uint64(binary.NativeEndian.Uint32(head[12:]))
	if own := binary.NativeEndian.Uint64(head[:]); own != id {
		return nil, 0, fmt.Errorf("page %d says that it is page %d", id, own)
	}
	if flags&^kinds != 0 || flags&kinds == 0 || flags&(flags-1) != 0 {
		return nil, 0, fmt.Errorf("page %d is of kind %#x", id, flags)
	}
	if id+overflow >= b.high {
		return nil, 0, fmt.Errorf("page %d goes on to page %d of %d", id, id+overflow, b.high)
	}
	for i := id; i <= id+overflow; i++ {
		if b.seen[i] {
			return nil, 0, fmt.Errorf("page %d is used twice", i)
		}
		b.seen[i] = true
	}
	data = make([]byte, (overflow+1)*b.page)
	if _, err := b.file.ReadAt(data, int64(id*b.page)); err != nil {
		return nil, 0, fmt.Errorf("page %d: %w", id, err)
	}
	return data, uint64(binary.NativeEndian.Uint16(head[10:])), nil
}

// tree follows a bucket from its root. Its keys are from low on and below high;
// nil is no bound.
func (b *boltPages) tree(id uint64, low, high []byte) error {
	data, count, err := b.read(id, boltBranch|boltLeaf)
	if err != nil {
		return err
	}
	return b.elements(id, data, count, low, high)
}

func (b *boltPages) elements(id uint64, data []byte, count uint64, low, high []byte) error {
	leaf := binary.NativeEndian.Uint16(data[8:])&boltLeaf != 0
	if boltPageHead+count*boltElement > uint64(len(data)) || !leaf && count == 0 {
		return fmt.Errorf("page %d has %d elements", id, count)
	}
	var keys, values [][]byte
	var buckets []bool
	for i := range count {
		at := boltPageHead + i*boltElement
		e := data[at : at+boltElement]
		var pos, ksize, vsize uint64
		if leaf {
			pos, ksize, vsize = uint64(binary.NativeEndian.Uint32(e[4:])), uint64(binary.NativeEndian.Uint32(e[8:])), uint64(binary.NativeEndian.Uint32(e[12:]))
			buckets = append(buckets, binary.NativeEndian.Uint32(e)&boltBucket != 0)
		} else {
			pos, ksize = uint64(binary.NativeEndian.Uint32(e)), uint64(binary.NativeEndian.Uint32(e[4:]))
		}
		if end := at + pos + ksize + vsize; pos < boltElement || end > uint64(len(data)) {
			return fmt.Errorf("page %d: element %d ends outside of it", id, i)
		}
		key := data[at+pos : at+pos+ksize]
		if i > 0 && bytes.Compare(keys[i-1], key) >= 0 || i == 0 && low != nil && bytes.Compare(key, low) < 0 || high != nil && bytes.Compare(key, high) >= 0 {
			return fmt.Errorf("page %d: the key of element %d is out of order", id, i)
		}
		keys = append(keys, key)
		if leaf {
			values = append(values, data[at+pos+ksize:at+pos+ksize+vsize])
		} else {
			values = append(values, e[8:16])
		}
	}
	for i, value := range values {
		below, above := keys[i], high
		if i+1 < len(keys) {
			above = keys[i+1]
		}
		switch {
		case !leaf:
			if err := b.tree(binary.NativeEndian.Uint64(value), below, above); err != nil {
				return err
			}
		case buckets[i]:
			if err := b.bucket(id, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket follows one that lies in a leaf: its root and a counter, and for a small
// one the only page that it has.
func (b *boltPages) bucket(id uint64, value []byte) error {
	if len(value) < 16 {
		return fmt.Errorf("page %d: a bucket has %d bytes", id, len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return b.tree(root, nil, nil)
	}
	page := value[16:]
	if len(page) < boltPageHead || binary.NativeEndian.Uint16(page[8:]) != boltLeaf {
		return fmt.Errorf("page %d: a bucket within it is no leaf", id)
	}
	return b.elements(id, page, uint64(binary.NativeEndian.Uint16(page[10:])), nil, nil)
}
