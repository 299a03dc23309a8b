package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// ErrRevoked is why the context of a grant ends.
var ErrRevoked = errors.New("the token or the certificate is no longer in the access file")

// Grant is what a token or a certificate lets its bearer do.
type Grant struct {
	Role Role
	Name string
	// Valid ends when a newer state of the file no longer has the token or the
	// certificate in this role.
	Valid  context.Context
	revoke context.CancelCauseFunc
	proof  proof
}

// By is what the grant is shown by: a token or a certificate.
func (g *Grant) By() string { return g.proof.by() }

// proof tells a line from others: the hash of a token, or what a certificate is called.
type proof struct {
	hash    [sha256.Size]byte
	subject string
}

func (p proof) by() string {
	if p.subject != "" {
		return "certificate"
	}
	return "token"
}

// File is an access file. It is looked at again when somebody asks or goes on with what he
// has begun, at most once a second, and at once by Reload. If it cannot be used, what it held before stays in use and the
// log says so.
//
// Its methods may be called from any goroutine.
type File struct {
	path   string
	logger *slog.Logger
	grants atomic.Pointer[[]*Grant]

	mu     sync.Mutex
	looked time.Time
	stamp  stamp
}

// stamp tells one state of a file from another, also if it was replaced by one of the
// same time and size.
type stamp struct {
	changed time.Time
	size    int64
	info    os.FileInfo
}

func (s stamp) same(t stamp) bool {
	return s.changed.Equal(t.changed) && s.size == t.size && (s.info == nil) == (t.info == nil) && (s.info == nil || os.SameFile(s.info, t.info))
}

// Open reads the file. The error has its name, the line, and what to do.
func Open(path string, logger *slog.Logger) (*File, error) {
	f := &File{path: path, logger: logger}
	f.grants.Store(new([]*Grant))
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.read(); err != nil {
		return nil, fmt.Errorf("read who may ask: %w", err)
	}
	return f, nil
}

// Grant is what a token lets its bearer do; nil if nobody knows the token.
func (f *File) Grant(token string) *Grant {
	f.Look()
	if len(token) == 0 || len(token) > maxToken {
		return nil
	}
	sum := sha256.Sum256([]byte(token))
	var found *Grant
	// All are compared, in whole, so that the time tells nothing about any of them.
	for _, g := range *f.grants.Load() {
		if g.proof.subject == "" && subtle.ConstantTimeCompare(sum[:], g.proof.hash[:]) == 1 {
			found = g
		}
	}
	return found
}

// Reload reads the file again at once, and logs what became of it.
func (f *File) Reload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.again()
}

// Look reads the file again if it has changed since somebody looked a second ago or more.
// Whoever asks meanwhile gets what is known.
func (f *File) Look() {
	if !f.mu.TryLock() {
		return
	}
	defer f.mu.Unlock()
	if time.Since(f.looked) < time.Second {
		return
	}
	f.looked = time.Now()
	if !f.stamp.same(f.now()) {
		f.again()
	}
}

// again is called with the lock held.
func (f *File) again() {
	if err := f.read(); err != nil {
		f.logger.Error("the access file cannot be used: what it held before stays in use", "reason", err)
		return
	}
	f.logger.Info("the access file was read again", "file", f.path, "lines", len(*f.grants.Load()))
}

func (f *File) now() (s stamp) {
	if info, err := os.Stat(f.path); err == nil {
		s = stamp{info.ModTime(), info.Size(), info}
	}
	return s
}

// read is called with the lock held. The stamp is taken first: what changes while the file
// is read is read once more.
func (f *File) read() error {
	f.looked, f.stamp = time.Now(), f.now()
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		return fmt.Errorf("%s: everybody at this machine may write it, and so let himself in: chmod o-w %s", f.path, f.path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return err
	}
	list, err := parse(f.path, data)
	if err != nil {
		return err
	}
	f.replace(list)
	return nil
}

// replace puts a new list in force. A grant that is in both lists stays the same one.
func (f *File) replace(list []entry) {
	old := *f.grants.Load()
	kept := make(map[proof]*Grant, len(old))
	for _, g := range old {
		kept[g.proof] = g
	}
	grants := make([]*Grant, len(list))
	for i, e := range list {
		if g := kept[e.proof]; g != nil && g.Role == e.role && g.Name == e.name {
			grants[i] = g
			delete(kept, e.proof)
			continue
		}
		g := &Grant{Role: e.role, Name: e.name, proof: e.proof}
		g.Valid, g.revoke = context.WithCancelCause(context.Background())
		grants[i] = g
	}
	f.grants.Store(&grants)
	for _, g := range kept {
		g.revoke(ErrRevoked)
	}
}
