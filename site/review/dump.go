package review

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// Dump answers with everything that the log has, as exported lines, to whoever
// has the token: the program's own commands, while the server holds the store.
func (s *Service) Dump(token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			s.problem(w, r, &Error{http.StatusUnauthorized, "sign-in", "this needs the token of the server's own machine"})
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
		for _, name := range s.Names() {
			lines, err := s.Lines(r.Context(), name)
			if err == nil {
				err = WriteLines(w, lines)
			}
			if err != nil {
				// The answer has begun: only its end can tell that it is not whole.
				s.o.Logger.Error("dump reviews", "error", err)
				panic(http.ErrAbortHandler)
			}
		}
	})
}
