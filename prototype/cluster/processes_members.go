//go:build unix

package cluster

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi"
)

// Join starts a new node and returns when it has a vote in every shard.
func (p *Processes) Join(ctx context.Context, id string) error {
	fresh, err := addresses(1, 0)
	if err != nil {
		return fmt.Errorf("join %s: %w", id, err)
	}
	p.mu.Lock()
	if _, err := p.child(id); err == nil {
		p.mu.Unlock()
		return fmt.Errorf("join %s: it is a member", id)
	}
	c := &child{member: fresh[0], wake: make(chan struct{}, 1), left: make(chan struct{})}
	c.member.ID, c.member.State, c.member.Since = id, Starting, time.Now()
	var urls []string
	for _, m := range p.members() {
		urls = append(urls, "http://"+m.HTTP)
	}
	c.joins = strings.Join(urls, ",")
	p.children = append(p.children, c)
	p.mu.Unlock()
	p.done.Go(func() { p.supervise(c, "") })
	if err := p.AwaitVote(ctx, id); err != nil {
		return fmt.Errorf("join %s: %w\n%s", id, err, tailLog(logPath(p.cfg.Dir, id), 3))
	}
	return nil
}

// Leave removes a member, running or not. Its process ends.
func (p *Processes) Leave(ctx context.Context, id string) error {
	err := fmt.Errorf("%w: nobody else runs", ErrState)
	for _, m := range p.Members() {
		if m.ID == id || m.State != Running {
			continue
		}
		if err = p.request(ctx, http.MethodDelete, m.HTTP, "/v1/members/"+id, nil, &httpapi.Membership{}); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("leave %s: %w", id, err)
	}
	p.mu.Lock()
	c, err := p.child(id)
	if err != nil {
		p.mu.Unlock()
		return fmt.Errorf("leave %s: %w", id, err)
	}
	close(c.left)
	p.children = slices.DeleteFunc(p.children, func(x *child) bool { return x == c })
	process, exited := c.process, c.exited
	p.mu.Unlock()
	if process != nil {
		stopProcess(process, exited)
	}
	return nil
}

// AwaitVote waits until a node is a voter of every shard in the eyes of all that
// run, and is ready: one that is still being filled counts towards no majority.
func (p *Processes) AwaitVote(ctx context.Context, id string) error {
	for {
		err := p.votes(ctx, id)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(probeEvery):
		case <-p.closing:
			return errClosed
		case <-ctx.Done():
			return fmt.Errorf("await the vote of %s: %w", id, err)
		}
	}
}

func (p *Processes) votes(ctx context.Context, id string) error {
	for _, m := range p.Members() {
		if m.State != Running && m.ID != id {
			continue
		}
		var known httpapi.Membership
		if err := p.request(ctx, http.MethodGet, m.HTTP, "/v1/members", nil, &known); err != nil {
			return err
		}
		if !slices.ContainsFunc(known.Members, func(x node.Member) bool { return x.ID == id && x.Voter == known.Shards }) {
			return fmt.Errorf("%s does not count its vote in every shard", m.ID)
		}
		if m.ID != id {
			continue
		}
		var ready struct{}
		if err := p.request(ctx, http.MethodGet, m.HTTP, "/readyz", nil, &ready); err != nil {
			return err
		}
	}
	return nil
}
