//go:build !js

package node

import (
	"net/http"

	"lockstep/prototype/fault"
)

func (n *Node) getFaults(w http.ResponseWriter, r *http.Request) {
	if n.faultsAllowed(w, r) {
		writeJSON(w, map[string]any{"faults": append([]fault.Fault{}, n.Faults()...)})
	}
}

func (n *Node) postFault(w http.ResponseWriter, r *http.Request) {
	if !n.faultsAllowed(w, r) {
		return
	}
	var f fault.Fault
	if err := decodeOne(w, r, 4<<10, &f); err != nil {
		fail(w, r, err)
		return
	}
	if err := n.Fault(f); err != nil {
		fail(w, r, invalid("%s", err))
		return
	}
	n.getFaults(w, r)
}

func (n *Node) deleteFaults(w http.ResponseWriter, r *http.Request) {
	if n.faultsAllowed(w, r) {
		n.Heal()
		n.getFaults(w, r)
	}
}

func (n *Node) faultsAllowed(w http.ResponseWriter, r *http.Request) bool {
	if n.cfg.AllowFaults {
		return true
	}
	writeProblem(w, problem{Type: "urn:lockstep:faults", Title: "Faults are not allowed at this node", Status: http.StatusForbidden,
		Detail: "start the node with --allow-faults", Instance: r.URL.Path, Outcome: Fail})
	return false
}
