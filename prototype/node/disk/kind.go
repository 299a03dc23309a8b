package disk

// What may be wrong with a disk.
const (
	KindFull   = "full"   // it takes no more, or is read-only
	KindHung   = "hung"   // a write does not end
	KindFailed = "failed" // after another error nobody knows what it has kept
	KindShort  = "short"  // what is left is kept for votes and snapshots
)

// Kinds are all of them.
var Kinds = []string{KindFull, KindHung, KindFailed, KindShort}

// Wrong says which kinds of trouble the disk has; hangs is what the fence says. It looks
// at what is known and not at the disk, which might not answer.
func (h *Health) Wrong(hangs bool) map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	wrong := map[string]bool{KindShort: h.low.Load()}
	fenced := false // by what has failed, which is no hang
	for part, err := range h.causes {
		fenced = fenced || part != PartSnapshots
		if LacksRoom(err) {
			wrong[KindFull] = true
		} else {
			wrong[KindFailed] = true
		}
	}
	wrong[KindHung] = hangs && !fenced
	return wrong
}
