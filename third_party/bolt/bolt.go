// Package bolt stands in for an archived module that hashicorp/raft-boltdb
// imports for [raftboltdb.MigrateToV2] alone. This program calls nothing of it.
package bolt

import (
	"errors"
	"os"
	"time"
)

// Options, DB, Tx and Bucket have what MigrateToV2 names.
type (
	Options struct {
		ReadOnly bool
		Timeout  time.Duration
	}
	DB     struct{}
	Tx     struct{}
	Bucket struct{}
)

// ErrNotSupported is what every call gives.
var ErrNotSupported = errors.New("files of boltdb/bolt are not supported by this build")

func Open(string, os.FileMode, *Options) (*DB, error) { return nil, ErrNotSupported }

func (*DB) Begin(bool) (*Tx, error) { return nil, ErrNotSupported }

func (*Tx) Rollback() error { return ErrNotSupported }

func (*Tx) Bucket([]byte) *Bucket { return nil }

func (*Bucket) ForEach(func(k, v []byte) error) error { return ErrNotSupported }
