//go:build !js

package node

import (
	"net/http"
	"strconv"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
)

func (n *Node) getFaults(w http.ResponseWriter, r *http.Request) {
	if n.faultsAllowed(w, r) {
		n.writeFaults(w, nil)
	}
}

// writeFaults tells what is broken, and what was mended, or happened,
// just now.
func (n *Node) writeFaults(w http.ResponseWriter, mended []fault.Status) {
	answer := map[string]any{"faults": append([]fault.Status{}, n.Faults()...)}
	if mended != nil {
		answer["mended"] = mended
	}
	writeJSON(w, answer)
}

func (n *Node) postFault(w http.ResponseWriter, r *http.Request) {
	if !n.faultsAllowed(w, r) {
		return
	}
	var f fault.Fault
	if err := n.decodeOne(r, 4<<10, &f); err != nil {
		fail(w, r, err)
		return
	}
	status, err := n.Fault(f)
	if err != nil {
		fail(w, r, invalid("%s", err))
		return
	}
	if status.ID == 0 {
		n.writeFaults(w, []fault.Status{status})
		return
	}
	w.Header().Set("Location", "/v1/faults?id="+strconv.Itoa(status.ID))
	n.writeFaults(w, nil)
}

// deleteFaults mends one fault, ?id=, or all of them.
func (n *Node) deleteFaults(w http.ResponseWriter, r *http.Request) {
	if !n.faultsAllowed(w, r) {
		return
	}
	which := r.URL.Query().Get("id")
	if which == "" {
		n.writeFaults(w, append([]fault.Status{}, n.Heal()...))
		return
	}
	id, err := strconv.Atoi(which)
	if err != nil {
		fail(w, r, invalid("id %q is no number", which))
		return
	}
	mended, err := n.Mend(id)
	if err != nil {
		fail(w, r, invalid("%s", err))
		return
	}
	n.writeFaults(w, []fault.Status{mended})
}

func (n *Node) faultsAllowed(w http.ResponseWriter, r *http.Request) bool {
	if n.cfg.AllowFaults {
		return true
	}
	writeProblem(w, api.Problem{Type: "urn:lockstep:faults", Title: "Faults are not allowed at this node", Status: http.StatusForbidden,
		Detail: "start the node with --allow-faults", Instance: r.URL.Path, Outcome: Fail})
	return false
}
