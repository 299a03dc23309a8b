package node

import "hash/fnv"

// Slots is the number of slots to which conversations hash. It never changes,
// see ADR-0007.
const Slots = 4096

// Slot is the slot of a conversation: FNV-1a, 32 bits, modulo Slots.
func Slot(conversation string) int {
	h := fnv.New32a()
	h.Write([]byte(conversation))
	return int(h.Sum32() % Slots)
}

// ShardOf maps a conversation to one of n shards.
func ShardOf(conversation string, n int) int { return Slot(conversation) % n }
