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
// they are at most what Config.MaxInFlight and replica.Config.MaxQueue let wait.
type Quotas struct {
	// NodeBytes bounds what the node's files hold, which Stored gives as of lately.
	NodeBytes int64
	Stored    func() int64
	// NodeConversations bounds how many conversations the node holds, in all lanes; what
	// goes to one of these goes on. None is ever taken away.
	NodeConversations int
	// ConversationMessages bounds the number that a conversation may reach.
	ConversationMessages uint64
	// ClientMessages and ClientBytes are what a client may send in a second, and
	// ClientConversations how many conversations it may begin in an hour. A client is the
	// name of a token, or else an address; those of one network of version 6 are one.
	ClientMessages, ClientBytes float64
	ClientConversations         int
}

// Reasons of refusals by quotas.
const (
	reasonQuotaNode         outcome.Reason = "quota-node"
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
	have          func(lane, conversation string) order.View // at this node, without messages
	conversations func() int                                 // at this node
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
	if q.NodeBytes == 0 && q.NodeConversations == 0 && q.ConversationMessages == 0 && q.ClientMessages == 0 && q.ClientBytes == 0 && q.ClientConversations == 0 {
		return nil
	}
	return &quotas{Quotas: q, now: time.Now, clients: make(map[string]*usage), conversations: n.Conversations,
		have: func(lane, conversation string) order.View { return n.ReadIn(lane, conversation, 0, 0) }}
}

// admit says how many of the first commands, which are for one conversation, may go to the
// log, and why the others may not.
func (q *quotas) admit(client, lane string, commands []order.Command) (admitted int, over *outcome.Error) {
	if q == nil || len(commands) == 0 {
		return len(commands), nil
	}
	if q.NodeBytes > 0 && q.Stored() >= q.NodeBytes {
		return 0, overQuota(reasonQuotaNode, time.Minute, "the quota of this node's files (--quota-node-bytes) is %d bytes, and they have %d: have an operator raise it, or give the node a larger disk", q.NodeBytes, q.Stored())
	}
	conversation, have := commands[0].Conversation, order.View{}
	if q.NodeConversations > 0 || q.ConversationMessages > 0 || q.ClientConversations > 0 {
		have = q.have(lane, conversation)
	}
	if q.NodeConversations > 0 && !have.Begun {
		if held := q.conversations(); held >= q.NodeConversations {
			return 0, overQuota(reasonQuotaNode, time.Minute, "the quota of conversations that this node holds (--quota-node-conversations) is %d, and it has %d: go on in one of them, or have an operator raise it", q.NodeConversations, held)
		}
	}
	admitted = len(commands)
	if room := q.ConversationMessages - min(have.Last, q.ConversationMessages); q.ConversationMessages > 0 && uint64(admitted) > room {
		admitted = int(room)
		over = overQuota(reasonQuotaConversation, 0, "the quota of messages in a conversation (--quota-conversation-messages) is %d, and this one has %d: go on in another conversation", q.ConversationMessages, have.Last)
	}
	if q.ClientMessages == 0 && q.ClientBytes == 0 && q.ClientConversations == 0 {
		return admitted, over
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	u := q.of(client, now)
	if q.ClientConversations > 0 && have.Last == 0 && !u.begun[conversation] {
		if len(u.begun) >= q.ClientConversations {
			return 0, overQuota(reasonQuotaClient, u.since.Add(beginWithin).Sub(now), "the quota of conversations that a client begins in an hour (--quota-client-conversations) is %d, and %s has begun so many: come again later", q.ClientConversations, client)
		}
		u.begun[conversation] = true
	}
	for i := range commands[:admitted] {
		size := float64(len(commands[i].ID) + len(commands[i].Sender) + len(commands[i].Body))
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
