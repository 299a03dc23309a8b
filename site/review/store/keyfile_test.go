package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

type keyStore struct {
	t    *testing.T
	path string
	keys map[string]Key
}

// newKeyStore has the keys a, b and c.
func newKeyStore(t *testing.T) *keyStore {
	s := &keyStore{t: t, path: filepath.Join(t.TempDir(), "keys"), keys: make(map[string]Key)}
	k := s.open()
	for _, id := range []string{"a", "b", "c"} {
		s.keys[id] = newKey()
		if err := k.Put(context.Background(), id, s.keys[id]); err != nil {
			t.Fatal(err)
		}
	}
	k.Close()
	return s
}

func (s *keyStore) open() *KeyFile {
	s.t.Helper()
	k, err := OpenKeyFile(s.path)
	if err != nil {
		s.t.Fatalf("the reviews of the whole site cannot be opened any more: %v", err)
	}
	s.t.Cleanup(func() { k.Close() })
	return k
}

// overwrite puts bytes into the file, as a disk does that fails half way.
func (s *keyStore) overwrite(data []byte, at int64) {
	s.t.Helper()
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(data, at); err != nil {
		s.t.Fatal(err)
	}
}

// has checks which keys are there, and that they are what they were.
func (s *keyStore) has(k *KeyFile, what string, ids ...string) {
	s.t.Helper()
	want := make(map[string]bool)
	for _, id := range ids {
		want[id] = true
	}
	for id, key := range s.keys {
		got, ok, err := k.Get(context.Background(), id)
		if err != nil || ok != want[id] || ok && got != key {
			s.t.Errorf("%s: key %s: there %v (as it was: %v), want %v; %v", what, id, ok, got == key, want[id], err)
		}
	}
}

// TestKeyFile_tornDestroy: power fails while a key in the middle is overwritten, after
// any number of bytes, from the front or from the back. The others are there, and the
// one is destroyed.
func TestKeyFile_tornDestroy(t *testing.T) {
	id := sha256.Sum256([]byte("b"))
	written := encodeKey(recordDestroyed, id, Key{})
	for n := 1; n < recordSize; n++ {
		for _, front := range []bool{true, false} {
			s := newKeyStore(t)
			if front {
				s.overwrite(written[:n], recordSize)
			} else {
				s.overwrite(written[n:], 2*recordSize-int64(recordSize-n))
				if n > recordSum { // not all of the checksum: it may be any damage
					continue
				}
			}
			k := s.open()
			s.has(k, "torn", "a", "c")
			if err := k.Put(context.Background(), "b", newKey()); !errors.Is(err, errKeyTaken) {
				t.Fatalf("%d bytes, from the front %v: a destroyed key comes back: %v", n, front, err)
			}
			secret := s.keys["b"].Secret
			if data, err := os.ReadFile(s.path); err != nil || bytes.Contains(data, secret[16:]) || bytes.Contains(data, secret[:16]) {
				t.Fatalf("%d bytes, from the front %v: the secret is still in the file: %v", n, front, err)
			}
			k.Close()
			s.has(s.open(), "opened again", "a", "c")
		}
	}
}

// TestKeyFile_damage: a record that has rotted costs its key alone, and the key can be
// put there again, from another host or a backup.
func TestKeyFile_damage(t *testing.T) {
	s := newKeyStore(t)
	s.overwrite([]byte{0xff}, recordSize+recordSecret+3)
	k := s.open()
	s.has(k, "damaged", "a", "c")
	if k.destroyed("b") {
		t.Error("a key that is damaged counts as destroyed, so no other host is asked for it")
	}
	if err := k.Put(context.Background(), "b", s.keys["b"]); err != nil {
		t.Fatal(err)
	}
	s.has(k, "put again", "a", "b", "c")
	k.Close()
	if info, err := os.Stat(s.path); err != nil || info.Size() != 3*recordSize {
		t.Errorf("the file has %d bytes, want %d: %v", info.Size(), 3*recordSize, err)
	}

	s.overwrite([]byte{0xff}, recordSize+recordSecret+3)
	k = s.open()
	if err := k.Destroy("b"); err != nil {
		t.Fatal(err)
	}
	secret := s.keys["b"].Secret
	if data, _ := os.ReadFile(s.path); bytes.Contains(data, secret[8:]) {
		t.Error("what is left of a damaged key is not destroyed")
	}
	k.Close()
	s.has(s.open(), "destroyed", "a", "c")
}

// TestKeyFile_tombstone: a destroyed key never comes back, not even if it had not come
// before, and not after a restart; nothing of it is left in the file.
func TestKeyFile_tombstone(t *testing.T) {
	s := newKeyStore(t)
	k := s.open()
	for _, id := range []string{"b", "late"} {
		if err := k.Destroy(id); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for id, key := range s.keys {
		for part, secret := range map[string][]byte{"secret": key.Secret[:], "salt": key.Salt[:]} {
			if there := bytes.Contains(left, secret); there != (id != "b") {
				t.Errorf("the %s of key %s is in the file: %v", part, id, there)
			}
		}
	}
	for _, when := range []string{"at once", "after a restart"} {
		for _, id := range []string{"b", "late"} {
			if err := k.Put(context.Background(), id, newKey()); !errors.Is(err, errKeyTaken) {
				t.Errorf("%s: the destroyed key %q is taken: %v", when, id, err)
			}
			if _, ok, _ := k.Get(context.Background(), id); ok || !k.destroyed(id) {
				t.Errorf("%s: the destroyed key %q: there %v, destroyed %v", when, id, ok, k.destroyed(id))
			}
		}
		s.has(k, when, "a", "c")
		k.Close()
		k = s.open()
	}
}
