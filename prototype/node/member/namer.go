package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"

	"lockstep/prototype/link"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/wire"
)

// namer gives the cluster its name. The name is derived from the entry by which the
// first leader of the first shard began its term: once that is committed, every
// replica that holds it comes to the same name by itself, and no leader can choose
// another one. A member that was filled behind that entry is told by the leader. Until
// a node knows the name it refuses nobody by it; a cluster of a version without names
// whose log has been compacted has none.
type namer struct {
	name   *Name
	mesh   *link.Mesh
	live   *liveness.Peers
	logger *slog.Logger
	named  map[string]bool // members that are known to have the name
}

// nameMessage tells a name, "" if the sender knows none.
type nameMessage struct{ Cluster string }

func newNamer(n *Name, mesh *link.Mesh, live *liveness.Peers, logger *slog.Logger) *namer {
	m := &namer{name: n, mesh: mesh, live: live, logger: logger, named: make(map[string]bool)}
	mesh.Handle(wire.ChannelName, m.receive)
	return m
}

// adopt keeps a name for good, and parts from those who have another one.
func (m *namer) adopt(cluster string) error {
	strangers, err := m.name.adopt(cluster)
	for _, peer := range strangers {
		m.mesh.Disconnect(peer)
	}
	return err
}

func (m *namer) receive(_ string, payload []byte, reply func([]byte, error)) {
	var told nameMessage
	if err := json.Unmarshal(payload, &told); err != nil {
		reply(nil, wire.ErrMalformed)
		return
	}
	m.mesh.Answer(func() { // it writes to disk
		if told.Cluster != "" {
			if err := m.adopt(told.Cluster); err != nil {
				reply(nil, err)
				return
			}
		}
		reply(json.Marshal(nameMessage{m.name.Identity().Cluster}))
	})
}

// nameEntry is the index of the entry that names the cluster: behind the founders'
// configuration, the first leader's.
const nameEntry = 2

// derive gives the name that the log of the first shard tells, or "" if it does not
// tell one here.
func (m *namer) derive(s *replica.Replica) string {
	e, ok := s.Committed(nameEntry)
	if !ok || e.AppendedAt.IsZero() {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %x", e.Term, e.Type, e.AppendedAt.UnixNano(), e.Data))
	return hex.EncodeToString(sum[:16])
}

// look has this node learn the name, and, if it leads the first shard, tells those
// members that do not know it.
func (m *namer) look(ctx context.Context, s *replica.Replica) {
	own := m.name.Identity()
	if own.Cluster == "" {
		if own.Cluster = m.derive(s); own.Cluster == "" {
			return
		}
		if err := m.adopt(own.Cluster); err != nil {
			m.logger.Error("the cluster's name could not be kept", "error", err)
			return
		}
	}
	if !s.Leads() {
		return
	}
	for _, server := range s.Configuration().Servers {
		id := string(server.ID)
		if id == own.Node || m.named[id] {
			continue
		}
		told, err := m.tell(ctx, id, own.Cluster)
		m.named[id] = err == nil && told == own.Cluster
	}
}

func (m *namer) tell(ctx context.Context, id, cluster string) (string, error) {
	payload, err := json.Marshal(nameMessage{cluster})
	if err != nil {
		return "", err
	}
	var told nameMessage
	answer, err := m.live.Ask(ctx, id, wire.ChannelName, payload)
	if err == nil {
		err = json.Unmarshal(answer, &told)
	}
	return told.Cluster, err
}
