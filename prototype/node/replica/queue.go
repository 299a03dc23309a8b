package replica

import (
	"fmt"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// queue holds what waits for a shard's log. The conversations take turns by
// bytes (deficit round robin, Shreedhar and Varghese 1995), so that one hot room
// delays its neighbours by its share of an entry and no more. Within a
// conversation what came first leaves first. It is guarded by its owner.
type queue struct {
	maxBytes int // of all conversations
	maxRoom  int // of one

	rooms    map[string]*waitingRoom
	ring     []*waitingRoom // those that have something, in the order of their turns
	bytes    int
	messages int
}

type waitingRoom struct {
	name    string
	groups  []*group
	bytes   int
	deficit int // bytes that it may send before its turn is over
}

// quantum is what a conversation may send in one turn, in bytes.
const quantum = 16 << 10

func newQueue(maxBytes, maxRoom int) *queue {
	return &queue{maxBytes: maxBytes, maxRoom: maxRoom, rooms: make(map[string]*waitingRoom)}
}

// push takes all groups of one conversation or none of them.
func (q *queue) push(conversation string, groups []*group) *outcome.Error {
	size, messages := 0, 0
	for _, g := range groups {
		size += g.size
		messages += len(g.commands)
	}
	if q.bytes+size > q.maxBytes {
		return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonOverloaded, Detail: "too many messages are waiting for this shard", RetryAfter: time.Second}
	}
	room := q.rooms[conversation]
	if room == nil {
		room = &waitingRoom{name: conversation}
	}
	if room.bytes > 0 && room.bytes+size > q.maxRoom {
		return overAdmission(fmt.Sprintf("%d KiB of this conversation are waiting already", room.bytes>>10), time.Second)
	}
	if len(room.groups) == 0 {
		q.rooms[conversation] = room
		q.ring = append(q.ring, room)
	}
	room.groups = append(room.groups, groups...)
	room.bytes += size
	q.bytes += size
	q.messages += messages
	return nil
}

func overAdmission(detail string, retryAfter time.Duration) *outcome.Error {
	return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonAdmission, Detail: detail, RetryAfter: retryAfter}
}

// take removes as many groups as fit into atMost bytes, and at least one if there
// is any.
func (q *queue) take(atMost int) (groups []*group) {
	size := 0
	for len(q.ring) > 0 {
		room := q.ring[0]
		room.deficit += quantum
		for len(room.groups) > 0 && room.groups[0].size <= room.deficit {
			g := room.groups[0]
			if size > 0 && size+g.size > atMost {
				room.deficit -= quantum // the turn goes on with the next entry
				return groups
			}
			room.groups[0] = nil
			room.groups = room.groups[1:]
			room.deficit -= g.size
			room.bytes -= g.size
			q.bytes -= g.size
			q.messages -= len(g.commands)
			size += g.size
			groups = append(groups, g)
		}
		q.ring[0] = nil
		q.ring = q.ring[1:]
		if len(room.groups) > 0 {
			q.ring = append(q.ring, room)
		} else {
			delete(q.rooms, room.name)
		}
	}
	return groups
}
