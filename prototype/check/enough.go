package check

import (
	"fmt"
	"maps"
	"slices"
)

// enough asks whether enough was seen for silence to mean something.
func (j *Judge) enough() {
	counts := &j.report.Counts
	for _, untried := range []struct {
		property Property
		tried    bool
		what     string
	}{
		{LinearizableReads, j.answeredAt("linearizable"), "no linearizable read was answered"},
		{LeaderReads, j.answeredAt("leader"), "no read at level leader was answered"},
		{SessionReads, j.answeredAt("session"), "no read at level session was answered"},
		{Digests, counts.Compared > 0, "no two replicas gave a digest for the same seq"},
	} {
		if !untried.tried {
			j.report.Missing[untried.property] = append(j.report.Missing[untried.property], untried.what)
		}
	}
	if counts.Acknowledged == 0 {
		j.lack("no message was acknowledged", contract...)
		return
	}
	nodes := map[string]bool{}
	for _, c := range j.conversations {
		for _, f := range c.finals {
			nodes[f.node] = true
		}
	}
	counts.Replicas = len(nodes)
	if len(nodes) == 0 {
		j.lack("no replica was read at the end", contract...)
		return
	}
	names := slices.Sorted(maps.Keys(nodes))
	for _, c := range j.conversations {
		if len(c.messages) > 0 {
			j.readInFull(c, names)
		}
	}
}

func (j *Judge) answeredAt(level string) bool {
	wanted := j.names.of(level)
	return slices.ContainsFunc(j.conversations, func(c *conversation) bool {
		return c.folded.levels[wanted] || slices.ContainsFunc(c.reads, func(o *operation) bool { return o.read.level == wanted })
	})
}

// readInFull asks whether every replica's final order is known.
func (j *Judge) readInFull(c *conversation, nodes []string) {
	head := uint64(1)
	for _, node := range nodes {
		i := slices.IndexFunc(c.finals, func(f *replica) bool { return f.node == node })
		if i < 0 || len(c.finals[i].pages) == 0 {
			j.lack(fmt.Sprintf("%s was not read at %s in the end", c.name, node), contract...)
			continue
		}
		switch f := c.finals[i]; {
		case !f.whole:
			j.lack(fmt.Sprintf("%s was not read in full at %s in the end", c.name, node), contract...)
		case c.lastSend > f.pages[0].from:
			j.lack(fmt.Sprintf("%s was read at %s while messages were still being sent", c.name, node), contract...)
		default:
			head = max(head, f.first)
		}
	}
	unseen := 0
	for seq := c.folded.upto + 1; seq < min(head, uint64(len(c.sights.blocks))*blockSize); seq++ {
		if c.sights.at(seq) == nil {
			unseen++
		}
	}
	if unseen > 0 {
		j.lack(fmt.Sprintf("%d messages of %s were retained away before anybody was shown them", unseen, c.name), SenderFIFO, Once, RealTime)
	}
}

// lack notes a reason for which silence about these properties proves nothing.
func (j *Judge) lack(reason string, properties ...Property) {
	j.report.Reasons = append(j.report.Reasons, reason)
	for _, p := range properties {
		j.report.Missing[p] = append(j.report.Missing[p], reason)
	}
}
