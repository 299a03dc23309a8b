package httpapi

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/refusal"
	"lockstep/site/review/store"
)

// OperatorPath is where [API.Operator] is to be mounted.
const OperatorPath = "/api/reviews/-/-/log"

// maxImport bounds a backup that is sent, in bytes.
const maxImport = 1 << 30

// Operator is for whoever has the token: the program's own commands, while the
// server holds the store. GET answers with a backup. POST takes one, and adds
// what the log does not have; with ?empty it refuses if the log has anything.
func (a *API) Operator(token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+OperatorPath, a.dump)
	mux.HandleFunc("POST "+OperatorPath, a.take)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if access.ThroughProxy(r) {
			a.problem(w, r, refusal.Forbidden("this is for programs on the server's own machine, and not through a proxy"))
			return
		}
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			a.problem(w, r, refusal.New(http.StatusUnauthorized, "sign-in", "this needs the token of the server's own machine"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (a *API) dump(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	if err := a.o.Service.Backup(r.Context(), w); err != nil {
		// The answer has begun: only its end can tell that it is not whole.
		a.o.Logger.Error("dump reviews", "error", err)
		panic(http.ErrAbortHandler)
	}
}

func (a *API) take(w http.ResponseWriter, r *http.Request) {
	done, err := func() (done review.Imported, err error) {
		lines, docs, err := store.ReadBackup(http.MaxBytesReader(w, r.Body, maxImport))
		if err != nil {
			return done, refusal.Invalid("%s", err)
		}
		return a.o.Service.Restore(r.Context(), lines, docs, r.URL.Query().Has("empty"))
	}()
	if err != nil {
		a.o.Logger.Error("import reviews", "error", err)
		a.problem(w, r, publicError(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(done)
}
