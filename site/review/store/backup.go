package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/strictjson"
)

// revisionLine is a text in a backup.
type revisionLine struct {
	Revision *anchor.Doc `json:"text_of_revision"`
}

// WriteRevisions writes the texts that the lines speak of, one line each.
func WriteRevisions(w io.Writer, lines []entry.Line, revisions *Revisions) error {
	var all []string
	for _, line := range lines {
		var e event.Event
		if err := json.Unmarshal(line.Event, &e); err != nil {
			return err
		}
		if event.IsRevision(e.Revision) {
			all = append(all, e.Revision)
		}
	}
	slices.Sort(all)
	var docs []*anchor.Doc
	for _, revision := range slices.Compact(all) {
		if doc := revisions.Get(revision); doc != nil {
			docs = append(docs, doc)
		}
	}
	return WriteDocs(w, docs)
}

// WriteDocs writes texts, one line each.
func WriteDocs(w io.Writer, docs []*anchor.Doc) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, doc := range docs {
		if err := encoder.Encode(revisionLine{doc}); err != nil {
			return err
		}
	}
	return nil
}

// maxBackupLine bounds a line of a backup, in bytes: a text can be a whole page.
const maxBackupLine = 16 << 20

// ReadBackup reads lines and texts.
func ReadBackup(r io.Reader) (lines []entry.Line, docs []*anchor.Doc, err error) {
	var events bytes.Buffer
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), maxBackupLine)
	for at := 1; scanner.Scan(); at++ {
		if !bytes.HasPrefix(scanner.Bytes(), []byte(`{"text_of_revision":`)) {
			events.Write(scanner.Bytes())
			events.WriteByte('\n')
			continue
		}
		var line revisionLine
		if err := strictjson.Unmarshal(scanner.Bytes(), &line); err != nil || line.Revision == nil {
			return nil, nil, fmt.Errorf("line %d: %w", at, err)
		}
		docs = append(docs, line.Revision)
	}
	if err := scanner.Err(); err != nil {
		return nil, nil, err
	}
	lines, err = event.ReadLines(&events)
	return lines, docs, err
}
