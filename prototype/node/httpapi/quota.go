//go:build !js

package httpapi

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/bucket"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// Quotas bound what clients may have a node store; 0 is no bound. They are looked at where
// messages come in, before the log: what is ordered stays the same at every replica,
// whatever quotas each has. Other nodes go by their own, and what is under way is not
// counted, so that a little more may come through: sends that come at once, and the chunks
// of a stream that wait for their order, all find what there was before them. Together
// they are at most what Config.MaxInFlight and replica.Config.MaxQueue let wait. A node that
// lags behind the leader catches up first, or refuses.
type Quotas struct {
	// NodeBytes bounds what the node's files hold, which Stored gives as of lately.
	NodeBytes int64
	Stored    func() int64
	// NodeConversations bounds how many conversations the node holds, in all lanes; what
	// goes to one of these goes on. None is ever taken away in the lanes that are on disk.
	NodeConversations int
	// ConversationMessages bounds the number that a conversation may reach, and
	// ConversationBytes the bytes of those of its messages that this node retains: of ids,
	// senders and bodies. Since messages are dropped only as others come, one that is full
	// stays so.
	ConversationMessages, ConversationBytes uint64
	// ClientMessages and ClientBytes are what a client may send in a second, and
	// ClientConversations how many conversations it may begin in an hour. A client is the
	// name of a token or of a certificate, or else an address; those of one network of
	// version 6 are one.
	ClientMessages, ClientBytes float64
	ClientConversations         int
}

// Reasons of refusals by quotas.
const (
	reasonQuotaNode         outcome.Reason = "quota-node"
	reasonQuotaBegin        outcome.Reason = "quota-conversations"
	reasonQuotaConversation outcome.Reason = "quota-conversation"
	reasonQuotaClient       outcome.Reason = "quota-client"
)

const (
	// clientsKept bounds the memory for clients; those beyond it share one allowance.
	clientsKept = 10_000
	// beginWithin is the time in which a client may begin so many conversations.
	beginWithin = time.Hour
)

// quotas holds what clients have used. Its methods may be called from any goroutine.
type quotas struct {
	Quotas
	// have is what there is of a conversation, without messages.
	have          func(ctx context.Context, lane, conversation string) (order.View, *outcome.Error)
	conversations func() int // at this node
	now           func() time.Time

	mu      sync.Mutex
	clients map[string]*usage
}

// usage is what a client has used of its allowance.
type usage struct {
	messages, bytes bucket.Bucket
	begun           map[string]bool // conversations, since
	since           time.Time
}

// newQuotas gives nil if nothing is bounded.
func newQuotas(q Quotas, n *node.Node) *quotas {
	if !q.ofConversations() && q.NodeBytes == 0 && q.ClientMessages == 0 && q.ClientBytes == 0 {
		return nil
	}
	return &quotas{Quotas: q, now: time.Now, clients: make(map[string]*usage), conversations: n.Conversations,
		have: func(ctx context.Context, lane, conversation string) (have order.View, err *outcome.Error) {
			if lane == node.LaneQuorum {
				ctx, cancel := context.WithTimeout(ctx, n.Config().ReadTimeout)
				defer cancel()
				err = n.Await(ctx, api.ReadRequest{Conversation: conversation, Level: api.LevelLeader})
			}
			return n.ReadIn(lane, conversation, 0, 0), err
		}}
}

// admit says how many of the first commands, which are for one conversation, may go to the
// log, and why the others may not.
func (q *quotas) admit(ctx context.Context, client, lane string, commands []order.Command) (admitted int, over *outcome.Error) {
	if q == nil || len(commands) == 0 {
		return len(commands), nil
	}
	var have order.View
	if q.ofConversations() {
		if have, over = q.have(ctx, lane, commands[0].Conversation); over != nil {
			return 0, over
		}
	}
	if admitted, over = q.admitStored(have, commands); admitted == 0 {
		return 0, over
	}
	if q.ClientMessages == 0 && q.ClientBytes == 0 && q.ClientConversations == 0 {
		return admitted, over
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	u := q.of(client, now)
	if conversation := commands[0].Conversation; q.ClientConversations > 0 && have.Last == 0 && !u.begun[conversation] {
		if len(u.begun) >= q.ClientConversations {
			return 0, overQuota(reasonQuotaClient, u.since.Add(beginWithin).Sub(now), "the quota of conversations that a client begins in an hour (--quota-client-conversations) is %d, and %s has begun so many: come again later", q.ClientConversations, client)
		}
		u.begun[conversation] = true
	}
	for i := range commands[:admitted] {
		size := float64(commands[i].Bytes())
		if ok, wait := u.messages.Has(q.ClientMessages, 1, now); !ok {
			return i, overQuota(reasonQuotaClient, wait, "the quota of messages that a client sends in a second (--quota-client-messages) is %g, and %s has sent so many: come again later", q.ClientMessages, client)
		}
		if ok, wait := u.bytes.Has(q.ClientBytes, size, now); !ok {
			return i, overQuota(reasonQuotaClient, wait, "the quota of bytes that a client sends in a second (--quota-client-bytes) is %g, and %s has sent so many: come again later", q.ClientBytes, client)
		}
		u.messages.Take(q.ClientMessages, 1)
		u.bytes.Take(q.ClientBytes, size)
	}
	return admitted, over
}

func overQuota(reason outcome.Reason, wait time.Duration, format string, args ...any) *outcome.Error {
	return &outcome.Error{Outcome: api.Fail, Reason: reason, RetryAfter: wait, Detail: fmt.Sprintf(format, args...)}
}

// of gives the usage of a client. It is called with the lock held.
func (q *quotas) of(client string, now time.Time) *usage {
	u := q.clients[client]
	if u == nil && len(q.clients) >= clientsKept {
		for name, old := range q.clients {
			if old.over(q.Quotas, now) {
				delete(q.clients, name)
			}
		}
		if len(q.clients) >= clientsKept {
			client = ""
			u = q.clients[client]
		}
	}
	if u == nil {
		u = &usage{messages: bucket.Full(q.ClientMessages, now), bytes: bucket.Full(q.ClientBytes, now)}
		q.clients[client] = u
	}
	if len(u.begun) == 0 || now.Sub(u.since) >= beginWithin {
		u.begun, u.since = make(map[string]bool), now
	}
	return u
}

// over says whether a usage is that of a client of whom nothing is known.
func (u *usage) over(q Quotas, now time.Time) bool {
	return u.messages.IsFull(q.ClientMessages, now) && u.bytes.IsFull(q.ClientBytes, now) && (len(u.begun) == 0 || now.Sub(u.since) >= beginWithin)
}

// clientOf is who sends, for quotas.
func clientOf(ctx context.Context, remote string) string {
	if g := grantOf(ctx); g != nil {
		return g.By() + " " + g.Name
	}
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "somebody"
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is6() {
		network, _ := ip.Prefix(64) // it has as many bits
		return network.String()
	}
	return ip.String()
}
