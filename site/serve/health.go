package serve

import (
	"encoding/json"
	"net/http"
)

// health has the answers for what watches this server: that it runs, that it can show
// the site, and what it was built from. They say nothing of pages or people, so whoever
// reaches the server may ask, by whatever name: a load balancer knows its address alone.
func (s *Server) health(mux *http.ServeMux) {
	answer := func(w http.ResponseWriter, status int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(value); err != nil {
			s.options.Logger.Debug("an answer could not be written", "error", err)
		}
	}
	type state struct {
		Status string `json:"status"`
		Detail string `json:"detail,omitempty"`
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, state{Status: "alive"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.state.Load().err != nil {
			answer(w, http.StatusServiceUnavailable, state{"not ready", "the sources cannot be read: any page of this site says why"})
			return
		}
		answer(w, http.StatusOK, state{Status: "ready"})
	})
	if s.options.Version != nil {
		mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusOK, s.options.Version)
		})
	}
}
