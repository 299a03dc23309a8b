//go:build !js

package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/lab"
	"lockstep/prototype/lab/action"
)

// actionTimeout bounds one action. Starting a node is the slowest.
const actionTimeout = 20 * time.Second

// act carries out an action. Forms are sent back to the page; who asks for JSON
// gets {"done": true} or a problem (RFC 9457).
func (h *handler) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	a, status, err := h.read(r)
	if err == nil {
		if status, err = h.allowed(r, a); err == nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), actionTimeout)
			defer cancel()
			err = h.Lab.Do(ctx, a)
			status = statusOf(err)
		}
	}
	if err != nil {
		h.Logger.Info("action", "action", r.PathValue("action"), "node", a.Node, "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case wantsJSON(r):
		answerJSON(w, r, status, err)
	case err != nil:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		refused(err.Error(), h.Prefix+"#lab").Render(r.Context(), w)
	default:
		http.Redirect(w, r, h.Prefix+"#lab", http.StatusSeeOther)
	}
}

// read takes the fields of a form, or of a JSON object.
func (h *handler) read(r *http.Request) (action.Action, int, error) {
	var fields struct {
		Node     string `json:"node"`
		Rate     int    `json:"rate"`
		Millis   *int   `json:"ms"` // for round-trip and flush
		Scenario string `json:"scenario"`
	}
	amount, verb := "", r.PathValue("action")
	if isJSON(r.Header.Get("Content-Type")) {
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&fields); err != nil {
			return action.Action{}, http.StatusBadRequest, errors.New("the body is not a JSON object with node, rate, ms and scenario")
		}
		switch {
		case fields.Millis != nil:
			amount = strconv.Itoa(*fields.Millis)
		case fields.Rate != 0:
			amount = strconv.Itoa(fields.Rate)
		}
	} else {
		if err := r.ParseForm(); err != nil {
			return action.Action{}, http.StatusBadRequest, errors.New("the form cannot be read")
		}
		fields.Node, fields.Scenario = r.PostForm.Get("node"), r.PostForm.Get("scenario")
		amount = r.PostForm.Get(amountIn(verb))
	}
	a, err := Action(verb, fields.Node, amount)
	if err != nil {
		return a, http.StatusNotFound, err
	}
	if a.Verb == action.Play {
		a.Scenario = fields.Scenario
	}
	return a, http.StatusOK, nil
}

// amountIn is the field of a form in which an action's amount stands.
func amountIn(verb string) string {
	if verb == string(action.Start) {
		return "rate"
	}
	return verb
}

func (h *handler) allowed(r *http.Request, a action.Action) (int, error) {
	if h.Allow == nil || a.Verb == action.Start || a.Verb == action.Stop {
		return http.StatusOK, nil
	}
	if err := h.Allow(r); err != nil {
		return http.StatusForbidden, err
	}
	return http.StatusOK, nil
}

// may tells a page whether to offer what breaks something.
func (h *handler) may(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if status, err := h.allowed(r, action.Action{Verb: action.Kill}); err != nil {
		answerJSON(w, r, status, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func statusOf(err error) int {
	var refusal action.Refusal
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &refusal):
		return http.StatusConflict
	case errors.Is(err, lab.ErrNotReady):
		return http.StatusServiceUnavailable
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

func isJSON(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

func wantsJSON(r *http.Request) bool {
	return isJSON(r.Header.Get("Content-Type")) || strings.Contains(r.Header.Get("Accept"), "application/json")
}

func answerJSON(w http.ResponseWriter, r *http.Request, status int, err error) {
	if err == nil {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("{\"done\":true}\n"))
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": err.Error(), "instance": r.URL.Path,
	})
}
