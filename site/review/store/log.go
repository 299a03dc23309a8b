package store

import (
	"context"
)

// Log is an ordered log per page. The entries of a page have the numbers 1, 2,
// 3, … and never change.
//
// Append is called from many goroutines. It returns when the entry cannot be
// lost any more; an id that the page has already gives the number of the first
// entry with it, whatever the data. After an error it is unknown whether the
// entry is in the log, and it may be sent again.
//
// Read gives entries above after, oldest first, at most limit of them; it sees
// every entry whose Append had returned. Watch's channel is closed when the page
// may have more than when it was called. Pages lists those that have entries.
type Log interface {
	Append(ctx context.Context, page, id string, data []byte) (n uint64, err error)
	Read(ctx context.Context, page string, after uint64, limit int) ([][]byte, error)
	Watch(page string) <-chan struct{}
	Pages(ctx context.Context) ([]string, error)
}
