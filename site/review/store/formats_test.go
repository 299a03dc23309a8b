package store

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/formattest"
	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
)

const (
	textOfToday = "r2-3f0c1d2e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
	textOfOnce  = "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9" // before revisions named their scheme
)

// A comment that says "größer", with the salt of keyOf(1), and an event without words. One
// that came from elsewhere is kept as it was written there, with its brackets as they are.
var (
	rawEvent   = json.RawMessage(`{"id":"c-1","type":"comment.added","time":"2026-11-28T09:30:00.12Z","actor":{"id":"local:ada@example.org","name":"Ada \u003cada\u003e","role":"reviewer"},"thread":"t-1","body":"22b8dbc7fd6f7dc908219a23ffe97f25ea29aa7a12548fbd88392fdb7de86dcc"}`)
	rawVerdict = json.RawMessage(`{"id":"verdict:1","type":"review.withdrawn","time":"2026-11-28T09:30:01.12Z","actor":{"id":"local:ada@example.org","name":"Ada","role":"reviewer"}}`)
	rawForeign = json.RawMessage(`{"id":"verdict:2","type":"review.withdrawn","time":"2026-11-28T10:30:01.12+01:00","actor":{"id":"local:ada@example.org","name":"Ada <ada>","role":"reviewer"}}`)
)

// keyOf is a key that everybody knows.
func keyOf(n byte) (k Key) {
	for i := range k.Secret {
		k.Secret[i] = n + byte(i)
	}
	for i := range k.Salt {
		k.Salt[i] = n<<4 + byte(i)
	}
	return k
}

// pageOfToday has blocks with all that they can say of themselves; pageOfOnce those of
// before.
var (
	pageOfToday = &anchor.Doc{Revision: textOfToday, Blocks: []site.Block{
		{Kind: "heading", ID: "logs", Text: "Logs", Hash: "877da91e87199c5c", Line: 1, End: 1},
		{N: 1, Kind: "cell", ID: "b-8ab9efad", Text: "größer & <er>", Hash: "8ab9efad1355714d", Section: []string{"Logs"}, Line: 3, End: 4,
			Frame: &site.Frame{Kind: "table", N: 2, Row: 3, Col: 4, Rows: 5, Cols: 6, Head: true, Of: 1, OfRow: 8}, Label: "sh", Head: true},
	}}
	pageOfOnce = &anchor.Doc{Revision: textOfOnce, Blocks: []site.Block{{Kind: "paragraph", ID: "b-1", Text: "one log", Hash: "00ff", Line: 3, End: 3}}}
)

// TestFormats_record: an entry of the log is read by every later version, and written in
// the same bytes: the oldest without the name of its key, one that came from elsewhere
// with its parents, one that was signed, and one without words.
func TestFormats_record(t *testing.T) {
	for name, want := range map[string]Record{
		"record.json":          {Event: rawEvent, Key: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Sealed: []byte{0, 1, 0xfe, 0xff}},
		"record-unnamed.json":  {Event: rawEvent, Sealed: []byte{0, 1, 0xfe, 0xff}},
		"record-imported.json": {Event: rawForeign, Parents: []string{}},
		"record-signed.json":   {Event: rawVerdict, Parents: []string{strings.Repeat("0a", 32), strings.Repeat("0b", 32)}, Signature: "U1NIU0lHAAAAAQ=="},
		"record-plain.json":    {Event: rawVerdict},
	} {
		formattest.Hold(t, name, want, func(data []byte) (Record, error) {
			_, r, err := DecodeRecord(data)
			return r, err
		}, Record.Encode)
	}
}

// TestFormats_keys: the file of keys is read by every later version, and written in the
// same bytes: two keys, one that was destroyed, and an id that must never have one. The
// first two are of the texts in TestFormats_sealed.
func TestFormats_keys(t *testing.T) {
	open := func(t *testing.T, path string) *KeyFile {
		t.Helper()
		k, err := OpenKeyFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { k.Close() })
		return k
	}
	ids := []string{"adr/0001-log c-1", "adr/0001-log c-1 ABCDEFGHIJKLMNOPQRSTUVWXYZ", "adr/0001-log c-2 A", "adr/0001-log c-3 A"}
	type found struct {
		Key       Key
		Destroyed bool
	}
	formattest.Hold(t, "keys.hex", []found{{Key: keyOf(1)}, {Key: keyOf(1)}, {Destroyed: true}, {Destroyed: true}}, func(data []byte) (all []found, err error) {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, err
		}
		k := open(t, path)
		for _, id := range ids {
			key, _, err := k.Get(t.Context(), id)
			if err != nil {
				return all, err
			}
			all = append(all, found{key, k.destroyed(id)})
		}
		return all, nil
	}, func(all []found) []byte {
		path := filepath.Join(t.TempDir(), "keys")
		k := open(t, path)
		for i, f := range all[:3] {
			if f.Destroyed {
				f.Key = keyOf(3)
			}
			if err := k.Put(t.Context(), ids[i], f.Key); err != nil {
				t.Error(err)
			}
		}
		for _, id := range ids[2:] {
			if err := k.Destroy(id); err != nil {
				t.Error(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		return data
	})
}

// TestFormats_sealed: the text of a comment opens with its key for every later version,
// whether or not the entry names its key. What is sealed today has another nonce each
// time; it is opened by what opens these.
func TestFormats_sealed(t *testing.T) {
	const page, text = "adr/0001-log", "größer"
	keys := NewMemory()
	for name, key := range map[string]string{"sealed.json": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "sealed-unnamed.json": ""} {
		formattest.Hold(t, name, event.Body{Text: text, Salt: "101112131415161718191a1b1c1d1e1f"}, func(data []byte) (event.Body, error) {
			e, r, err := DecodeRecord(data)
			if err != nil {
				return event.Body{}, err
			}
			if r.Key != key {
				t.Errorf("%s names the key %q", name, r.Key)
			}
			if err := keys.Put(t.Context(), strings.TrimSuffix(page+" c-1 "+key, " "), keyOf(1)); err != nil {
				return event.Body{}, err
			}
			body, err := r.Open(t.Context(), keys, page, e)
			if err != nil || body == nil {
				return event.Body{}, err
			}
			return *body, nil
		}, nil)
	}
	r := Record{Event: rawEvent}
	if err := r.Seal(t.Context(), keys, page, "c-1", text, keyOf(1).Salt); err != nil {
		t.Fatal(err)
	}
	e, r, err := DecodeRecord(r.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if body, err := r.Open(t.Context(), keys, page, e); err != nil || body == nil || body.Text != text {
		t.Errorf("what is sealed today is opened as %+v: %v", body, err)
	}
}

// TestFormats_revisions: a text that was kept since somebody commented on it is found
// under its name by every later version.
func TestFormats_revisions(t *testing.T) {
	for name, want := range map[string]*anchor.Doc{"revision.json": pageOfToday, "revision-canon-1.json": pageOfOnce} {
		formattest.Hold(t, name, want, func(data []byte) (*anchor.Doc, error) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, want.Revision+".json"), data, 0o600); err != nil {
				return nil, err
			}
			r, err := OpenRevisions(dir)
			if err != nil {
				return nil, err
			}
			return r.Get(want.Revision), nil
		}, func(doc *anchor.Doc) []byte {
			dir := t.TempDir()
			r, err := OpenRevisions(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Save(t.Context(), doc); err != nil {
				t.Error(err)
			}
			data, err := os.ReadFile(filepath.Join(dir, doc.Revision+".json"))
			if err != nil {
				t.Error(err)
			}
			return data
		})
	}
}

// backup is what a file of one has.
type backup struct {
	Lines []entry.Line
	Docs  []*anchor.Doc
}

// TestFormats_backup: a backup that somebody has kept is restored by every later version,
// and today's are written in the same way; the oldest have no parents.
func TestFormats_backup(t *testing.T) {
	text := "größer"
	salt := "101112131415161718191a1b1c1d1e1f"
	p := strings.Repeat("0a", 32)
	for name, want := range map[string]backup{
		"backup.jsonl": {[]entry.Line{
			{Page: "adr/0001-<log>", N: 1, Parents: []string{}, Event: rawEvent, Text: &text, Salt: salt},
			{Page: "adr/0001-<log>", N: 2, Parents: []string{p}, Event: rawEvent},
			{Page: "adr/0001-<log>", N: 3, Parents: []string{p}, Event: rawVerdict, Signature: "U1NIU0lHAAAAAQ=="},
			{Page: "adr/0002", N: 1, Parents: []string{}, Event: rawForeign},
		}, []*anchor.Doc{pageOfToday, pageOfOnce}},
		"backup-without-parents.jsonl": {[]entry.Line{
			{Page: "adr/0001-<log>", N: 1, Event: rawEvent, Text: &text, Salt: salt},
			{Page: "adr/0001-<log>", N: 2, Event: rawVerdict},
		}, []*anchor.Doc{pageOfOnce}},
	} {
		formattest.Hold(t, name, want, func(data []byte) (b backup, err error) {
			b.Lines, b.Docs, err = ReadBackup(bytes.NewReader(data))
			return b, err
		}, func(b backup) []byte {
			var out bytes.Buffer
			if err := event.WriteLines(&out, b.Lines); err != nil {
				t.Error(err)
			}
			if err := WriteDocs(&out, b.Docs); err != nil {
				t.Error(err)
			}
			return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
		})
	}
}

// TestFormats_hosts: what servers that keep reviews together ask each other is understood
// by those of every version.
func TestFormats_hosts(t *testing.T) {
	k := keyOf(1)
	key := &keyOnWire{"adr/0001-log c-1", k.Secret[:], k.Salt[:]}
	formattest.HoldJSON(t, "question-put.json", question{Put: key})
	formattest.HoldJSON(t, "question-get.json", question{Get: "adr/0001-log c-1"})
	formattest.HoldJSON(t, "question-save.json", question{Save: pageOfOnce})
	formattest.HoldJSON(t, "question-revision.json", question{Revision: textOfOnce})
	formattest.HoldJSON(t, "reply-key.json", reply{Key: key})
	formattest.HoldJSON(t, "reply-destroyed.json", reply{Destroyed: true})
	formattest.HoldJSON(t, "reply-revision.json", reply{Revision: pageOfOnce})
}
