//go:build !js

package httpapi

import (
	"time"

	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// ofConversations says whether a quota needs to know what there is of a conversation.
func (q *Quotas) ofConversations() bool {
	return q.NodeConversations > 0 || q.ConversationMessages > 0 || q.ConversationBytes > 0 || q.ClientConversations > 0
}

// admitStored is admit by what the node has, and has of the conversation. A retry takes room
// as a message does: whether it is one is known when it is ordered.
func (q *quotas) admitStored(have order.View, commands []order.Command) (admitted int, over *outcome.Error) {
	if q.NodeBytes > 0 && q.Stored() >= q.NodeBytes {
		return 0, overQuota(reasonQuotaNode, time.Minute, "the quota of this node's files (--quota-node-bytes) is %d bytes, and they have %d: have an operator raise it, or give the node a larger disk", q.NodeBytes, q.Stored())
	}
	if q.NodeConversations > 0 && !have.Begun {
		if held := q.conversations(); held >= q.NodeConversations {
			return 0, overQuota(reasonQuotaBegin, 0, "the quota of conversations that this node holds (--quota-node-conversations) is %d, and it has %d: go on in one of them, or have an operator raise it", q.NodeConversations, held)
		}
	}
	admitted = len(commands)
	if room := q.ConversationMessages - min(have.Last, q.ConversationMessages); q.ConversationMessages > 0 && uint64(admitted) > room {
		admitted = int(room)
		over = overQuota(reasonQuotaConversation, 0, "the quota of messages in a conversation (--quota-conversation-messages) is %d, and this one has %d: go on in another conversation", q.ConversationMessages, have.Last)
	}
	if q.ConversationBytes == 0 {
		return admitted, over
	}
	bytes := have.Bytes
	for i := range commands[:admitted] {
		if bytes += commands[i].Bytes(); bytes > q.ConversationBytes {
			return i, overQuota(reasonQuotaConversation, 0, "the quota of bytes of a conversation (--quota-conversation-bytes) is %d, and this one has %d and would have %d: go on in another conversation", q.ConversationBytes, have.Bytes, bytes)
		}
	}
	return admitted, over
}
