package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"lockstep/durable"
	"lockstep/prototype/cluster"
	"lockstep/site/review"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/httpapi"
	"lockstep/site/review/store"
)

// Commands reach the log in one of two ways: they open the store, or, while a
// server has it open, they ask that server, with a token that lies in the store.

// serving is what a running server leaves for commands on its machine.
type serving struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

const (
	servingFile = "serving.json"
	addressFile = "address" // where browsers reach the server, or reached it last
)

// announce writes down where this server is, until undo is called.
func announce(store string, s serving) (undo func(), err error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(store, servingFile)
	if err := durable.WriteFile(path, data, 0o600); err != nil {
		return nil, fmt.Errorf("announce the reviews: %w", err)
	}
	return func() { os.Remove(path) }, nil
}

// withService opens the store for a command of its own. While a server has it,
// the error is cluster.ErrInUse.
func withService(ctx context.Context, f *reviewFlags, use func(*review.Service) error) error {
	if err := claimData(ctx, filepath.Dir(f.store())); err != nil {
		return err
	}
	store, err := openReviewStore(ctx, storeOptions{Dir: f.store(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	service, err := review.Open(ctx, review.Options{Log: store.Log, Keys: store.Keys, Revisions: store.Revisions})
	if err != nil {
		return errors.Join(damagedReviews(f.store(), err), store.Close())
	}
	return errors.Join(use(service), store.Close())
}

// reviewed is everything that a log has.
type reviewed struct {
	lines []entry.Line
	docs  []*anchor.Doc // the texts that they speak of
}

// readReviews reads everything.
func readReviews(ctx context.Context, f *reviewFlags) (r reviewed, err error) {
	if _, err := os.Stat(f.store()); errors.Is(err, os.ErrNotExist) {
		return r, usageError{fmt.Sprintf("there are no reviews in %s", f.store()), "lockstep serve, and comment on a page; --data names another folder"}
	}
	var backup bytes.Buffer
	err = withService(ctx, f, func(s *review.Service) error { return s.Backup(ctx, &backup) })
	if errors.Is(err, cluster.ErrInUse) {
		var data []byte
		data, err = askServer(ctx, f, http.MethodGet, "", nil)
		backup.Write(data)
	}
	if err != nil {
		return r, err
	}
	r.lines, r.docs, err = store.ReadBackup(&backup)
	return r, err
}

// addReviews adds what the log does not have; with empty it must have nothing.
func addReviews(ctx context.Context, f *reviewFlags, r reviewed, empty bool) (done review.Imported, err error) {
	err = withService(ctx, f, func(s *review.Service) error {
		done, err = s.Restore(ctx, r.lines, r.docs, empty)
		return err
	})
	if !errors.Is(err, cluster.ErrInUse) {
		return done, err
	}
	var backup bytes.Buffer
	if err := r.write(&backup); err != nil {
		return done, err
	}
	query := ""
	if empty {
		query = "?empty"
	}
	data, err := askServer(ctx, f, http.MethodPost, query, &backup)
	if err != nil {
		return done, err
	}
	return done, json.Unmarshal(data, &done)
}

func (r reviewed) write(w io.Writer) error {
	if err := event.WriteLines(w, r.lines); err != nil {
		return err
	}
	return store.WriteDocs(w, r.docs)
}

// askServer asks the server that has the store open.
func askServer(ctx context.Context, f *reviewFlags, method, query string, body io.Reader) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(f.store(), servingFile))
	if err != nil {
		return nil, fmt.Errorf("another command has the reviews in %s open; wait until it has ended", f.store())
	}
	var s serving
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("read %s: %w", servingFile, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.URL+httpapi.OperatorPath+query, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the server at %s about its reviews: %w", s.URL, err)
	}
	defer answer.Body.Close()
	data, err = io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("ask the server at %s about its reviews: %w", s.URL, err)
	}
	if answer.StatusCode != http.StatusOK {
		var problem struct{ Detail string }
		if json.Unmarshal(data, &problem) != nil || problem.Detail == "" {
			problem.Detail = answer.Status
		}
		return nil, fmt.Errorf("the server at %s refused: %s", s.URL, problem.Detail)
	}
	return data, nil
}
