package review

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
)

// OperatorPath is where [Service.Operator] is to be mounted.
const OperatorPath = "/api/reviews/-/-/log"

// maxImport bounds a backup that is sent, in bytes.
const maxImport = 1 << 30

// Operator is for whoever has the token: the program's own commands, while the
// server holds the store. GET answers with a backup. POST takes one, and adds
// what the log does not have; with ?empty it refuses if the log has anything.
func (s *Service) Operator(token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+OperatorPath, s.dump)
	mux.HandleFunc("POST "+OperatorPath, s.take)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if access.ThroughProxy(r) {
			s.problem(w, r, &Error{http.StatusForbidden, "forbidden", "this is for programs on the server's own machine, and not through a proxy"})
			return
		}
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			s.problem(w, r, &Error{http.StatusUnauthorized, "sign-in", "this needs the token of the server's own machine"})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Service) dump(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	if err := s.Backup(r.Context(), w); err != nil {
		// The answer has begun: only its end can tell that it is not whole.
		s.o.Logger.Error("dump reviews", "error", err)
		panic(http.ErrAbortHandler)
	}
}

func (s *Service) take(w http.ResponseWriter, r *http.Request) {
	done, err := func() (done Imported, err error) {
		lines, docs, err := ReadBackup(http.MaxBytesReader(w, r.Body, maxImport))
		if err != nil {
			return done, invalid("%s", err)
		}
		return s.Restore(r.Context(), lines, docs, r.URL.Query().Has("empty"))
	}()
	if err != nil {
		s.o.Logger.Error("import reviews", "error", err)
		s.problem(w, r, publicError(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(done)
}

// Backup writes everything: the log of each page, and the texts that it speaks
// of.
func (s *Service) Backup(ctx context.Context, w io.Writer) error {
	names, err := s.Names(ctx)
	if err != nil {
		return err
	}
	var all []Line
	for _, name := range names {
		lines, err := s.Lines(ctx, name)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	if err := WriteLines(w, all); err != nil {
		return err
	}
	return WriteRevisions(w, all, s.o.Revisions)
}

// Restore adds what a backup has and the log has not. If the log must be empty
// and is not, nothing is added.
func (s *Service) Restore(ctx context.Context, lines []Line, docs []*anchor.Doc, empty bool) (done Imported, err error) {
	if empty {
		names, err := s.Names(ctx)
		if err != nil {
			return done, err
		}
		if len(names) > 0 {
			return done, conflict("not-empty", "the log has the reviews of %s already", plural(len(names), "page", "pages"))
		}
	}
	for _, doc := range docs {
		if err := s.o.Revisions.Save(ctx, doc); err != nil {
			return done, err
		}
	}
	return s.ImportAll(ctx, lines)
}
