//go:build !js

package httpapi

import (
	"net/http"
	"strconv"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
	"lockstep/prototype/node/outcome"
)

func (a *API) getFaults(w http.ResponseWriter, r *http.Request) {
	if a.faultsAllowed(w, r) {
		a.writeFaults(w, nil)
	}
}

// writeFaults tells what is broken, and what was mended, or happened,
// just now.
func (a *API) writeFaults(w http.ResponseWriter, mended []fault.Status) {
	answer := map[string]any{"faults": append([]fault.Status{}, a.node.Faults()...)}
	if mended != nil {
		answer["mended"] = mended
	}
	writeJSON(w, answer)
}

func (a *API) postFault(w http.ResponseWriter, r *http.Request) {
	if !a.faultsAllowed(w, r) {
		return
	}
	var f fault.Fault
	if err := a.decodeOne(r, 4<<10, &f); err != nil {
		fail(w, r, err)
		return
	}
	status, err := a.node.Fault(f)
	if err != nil {
		fail(w, r, outcome.Invalid("%s", err))
		return
	}
	if status.ID == 0 {
		a.writeFaults(w, []fault.Status{status})
		return
	}
	w.Header().Set("Location", "/v1/faults?id="+strconv.Itoa(status.ID))
	a.writeFaults(w, nil)
}

// deleteFaults mends one fault, ?id=, or all of them.
func (a *API) deleteFaults(w http.ResponseWriter, r *http.Request) {
	if !a.faultsAllowed(w, r) {
		return
	}
	which := r.URL.Query().Get("id")
	if which == "" {
		a.writeFaults(w, append([]fault.Status{}, a.node.Heal()...))
		return
	}
	id, err := strconv.Atoi(which)
	if err != nil {
		fail(w, r, outcome.Invalid("id %q is no number", which))
		return
	}
	mended, err := a.node.Mend(id)
	if err != nil {
		fail(w, r, outcome.Invalid("%s", err))
		return
	}
	a.writeFaults(w, []fault.Status{mended})
}

func (a *API) faultsAllowed(w http.ResponseWriter, r *http.Request) bool {
	if a.cfg.AllowFaults {
		return true
	}
	writeProblem(w, api.Problem{Type: "urn:lockstep:faults", Title: "Faults are not allowed at this node", Status: http.StatusForbidden,
		Detail: "start the node with --allow-faults", Instance: r.URL.Path, Outcome: api.Fail})
	return false
}
