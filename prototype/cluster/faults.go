//go:build unix

package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
)

// Break asks a node to break something at itself; the cluster must allow faults.
// What stays broken has an id, for Mend; what happened at once has none, and its
// hits are known.
func (p *Processes) Break(ctx context.Context, id string, f fault.Fault) (fault.Status, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return fault.Status{}, fmt.Errorf("%s %s: %w", f.Kind, id, err)
	}
	answer, err := p.faults(ctx, id, string(f.Kind), http.MethodPost, "", body)
	switch {
	case err != nil:
		return fault.Status{}, err
	case len(answer.Mended) == 1:
		return answer.Mended[0], nil
	case len(answer.Faults) == 0:
		return fault.Status{}, fmt.Errorf("%s %s: the node lists no fault", f.Kind, id)
	}
	return answer.Faults[len(answer.Faults)-1], nil
}

// Mend ends one fault and tells what it did.
func (p *Processes) Mend(ctx context.Context, id string, number int) (fault.Status, error) {
	answer, err := p.faults(ctx, id, "mend", http.MethodDelete, "?id="+strconv.Itoa(number), nil)
	if err != nil {
		return fault.Status{}, err
	}
	if len(answer.Mended) != 1 {
		return fault.Status{}, fmt.Errorf("mend %s: the node has mended %d faults, want 1", id, len(answer.Mended))
	}
	return answer.Mended[0], nil
}

// Isolate cuts a node's links to its peers, not those to its clients.
func (p *Processes) Isolate(ctx context.Context, id string) error {
	_, err := p.Break(ctx, id, fault.Fault{Kind: fault.Isolate})
	return err
}

// Heal ends every fault of a node.
func (p *Processes) Heal(ctx context.Context, id string) error {
	_, err := p.faults(ctx, id, "heal", http.MethodDelete, "", nil)
	return err
}

// faultsAnswer is what a node says of its faults.
type faultsAnswer struct {
	Faults []fault.Status `json:"faults"`
	Mended []fault.Status `json:"mended"`
}

func (p *Processes) faults(ctx context.Context, id, verb, method, query string, body []byte) (answer faultsAnswer, err error) {
	p.mu.Lock()
	c, err := p.child(id)
	p.mu.Unlock()
	if err == nil {
		err = p.request(ctx, method, c.member.HTTP, "/v1/faults"+query, body, &answer)
	}
	if err != nil {
		return answer, fmt.Errorf("%s %s: %w", verb, id, err)
	}
	return answer, nil
}

// request asks a node as one who sits at its machine.
func (p *Processes) request(ctx context.Context, method, address, path string, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Lockstep-Operator", "cluster")
	response, err := p.ask.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(io.LimitReader(response.Body, 1<<20))
	if response.StatusCode != http.StatusOK {
		var problem api.Problem
		_ = decoder.Decode(&problem) // if it is none, the status must do
		return fmt.Errorf("answer %d: %s: %s", response.StatusCode, problem.Title, problem.Detail)
	}
	return decoder.Decode(answer)
}
