//go:build unix

package main

import (
	"context"
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// ownCluster is three processes of this program, whose data is in a temporary folder.
// NODE and PID are those of a node.
type ownCluster struct {
	*cluster.Processes
	at     pasting
	home   string
	other  *cluster.Processes // that is restored into
	broken []string           // nodes with faults
	paused []string
	idle   func() // ends the load
}

func newOwnCluster() stage { return &ownCluster{} }

func (o *ownCluster) shell() *pasting { return &o.at }

// A person starts where the data is: there verbs find the cluster by themselves.
func (o *ownCluster) start(ctx context.Context) (err error) {
	if o.home, err = os.MkdirTemp("", "lockstep-rehearse-"); err != nil {
		return err
	}
	at, err := pastingIn(o.home)
	if err != nil {
		return err
	}
	o.at = *at
	starting, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if o.Processes, err = cluster.Start(starting, cluster.Config{Dir: filepath.Join(o.home, defaultClusterDir), Nodes: 3, Shards: 1, AllowFaults: true}); err != nil {
		return err
	}
	if err := o.sound(starting); err != nil {
		return err
	}
	o.load()
	return nil
}

// load sends a few messages a second: where nobody sends, most causes show nowhere.
func (o *ownCluster) load() {
	ctx, cancel := context.WithCancel(context.Background())
	c, ended := client.New(client.Config{Targets: client.Fixed(o.targets()...)}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			patient, cancel := context.WithTimeout(ctx, time.Second)
			_, _ = c.Send(patient, "room", api.Message{ID: client.NewID(), Sender: "load", Body: "hello"}) // it fails while something is broken
			cancel()
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	o.idle = func() { cancel(); <-ended }
}

func (o *ownCluster) targets() (all []string) {
	for _, m := range o.Members() {
		all = append(all, "http://"+m.HTTP)
	}
	return all
}

// sound waits until every node runs and a message is taken.
func (o *ownCluster) sound(ctx context.Context) error {
	if err := o.Ready(ctx); err != nil {
		return err
	}
	_, err := client.New(client.Config{Targets: client.Fixed(o.targets()...)}).Send(ctx, "room", api.Message{ID: client.NewID(), Sender: "rehearsal", Body: "hello"})
	return err
}

// places has the leader first, if there is one.
func (o *ownCluster) places() (all []place) {
	leader := o.leader(context.Background())
	for _, m := range o.Members() {
		if m.ID == leader {
			all = slices.Insert(all, 0, placeOf(m))
		} else {
			all = append(all, placeOf(m))
		}
	}
	return all
}

func (o *ownCluster) leader(ctx context.Context) string { return leaderAmong(ctx, o.Members()) }

// How often in a row a leader is asked for and is the same: before it is struck, and
// once its disk is slow, which makes it lose the lead only after a while.
const settledTimes, keptTimes = 5, 40

// settled is the leader once it is the same for so many times: what strikes one that is
// just handing over strikes a follower.
func (o *ownCluster) settled(ctx context.Context, times int) (leader string, err error) {
	for same := 0; same < times; {
		if now := o.leader(ctx); now != "" && now == leader {
			same++
		} else {
			leader, same = now, 0
		}
		select {
		case <-time.After(betweenAttempts):
		case <-ctx.Done():
			return "", errors.New("no node keeps the lead")
		}
	}
	return leader, nil
}

// breaks is a fault at one node: at the leader, or at a follower.
type breaks struct {
	fault    fault.Fault
	follower bool
	keeps    bool // it shows only while the leader stays the leader
}

// atOne are the causes that one fault at one node brings about.
var atOne = map[string]breaks{
	"full-disk":    {fault: fault.Fault{Kind: fault.FullDisk}},
	"hung-disk":    {fault: fault.Fault{Kind: fault.HungDisk}},
	"failing-disk": {fault: fault.Fault{Kind: fault.FailingDisk}, follower: true},
	"slow-disk":    {fault: fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(100 * time.Millisecond)}, keeps: true},
	"unheard":      {fault: fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out}},
}

// ofAll are the causes that take more.
var ofAll = map[string]func(o *ownCluster, ctx context.Context, leader string, others []string) (struck []string, err error){
	"two-stopped": func(o *ownCluster, _ context.Context, _ string, others []string) ([]string, error) {
		for _, id := range others {
			if err := o.Pause(id); err != nil {
				return nil, err
			}
			o.paused = append(o.paused, id)
		}
		return others[:1], nil // one that comes back is enough
	},
	"cut-link": func(o *ownCluster, ctx context.Context, leader string, others []string) ([]string, error) {
		return []string{leader, others[0]}, o.breakAt(ctx, leader, fault.Fault{Kind: fault.Cut, Peers: others[:1]})
	},
	"no-network": func(o *ownCluster, ctx context.Context, leader string, others []string) ([]string, error) {
		all := append(others, leader)
		for _, id := range all {
			if err := o.breakAt(ctx, id, fault.Fault{Kind: fault.Isolate}); err != nil {
				return nil, err
			}
		}
		return all, nil
	},
}

// emptyCluster is the cause of whoever restores a backup: another cluster.
const emptyCluster = "empty-cluster"

func (o *ownCluster) causes() []string {
	return slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(atOne)), slices.Collect(maps.Keys(ofAll)), []string{emptyCluster})))
}

func (o *ownCluster) strike(ctx context.Context, cause string) (at []place, err error) {
	patient, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if cause == emptyCluster {
		o.other, err = cluster.Start(patient, cluster.Config{Dir: filepath.Join(o.home, "other"), Nodes: 1, Shards: 2})
		if err != nil {
			return nil, err
		}
		only := placeOf(o.other.Members()[0])
		only.name = "the other cluster"
		return []place{only}, o.other.Ready(patient)
	}
	if err := o.sound(patient); err != nil {
		return nil, err
	}
	leader, err := o.settled(patient, settledTimes)
	if err != nil {
		return nil, err
	}
	var others, struck []string
	for _, m := range o.Members() {
		if m.ID != leader {
			others = append(others, m.ID)
		}
	}
	if one, ok := atOne[cause]; ok {
		struck = []string{leader}
		if one.follower {
			struck = others[:1]
		}
		if err = o.breakAt(patient, struck[0], one.fault); err == nil && one.keeps {
			struck[0], err = o.follow(patient, leader, one.fault)
		}
	} else {
		struck, err = ofAll[cause](o, patient, leader, others)
	}
	if err != nil {
		return nil, err
	}
	for _, m := range o.Members() {
		if slices.Contains(struck, m.ID) {
			at = append(at, placeOf(m))
		}
	}
	return at, nil
}

// follow takes a fault to the leader, until one keeps the lead that has it.
func (o *ownCluster) follow(ctx context.Context, at string, f fault.Fault) (leader string, err error) {
	for {
		if leader, err = o.settled(ctx, keptTimes); err != nil || leader == at {
			return leader, err
		}
		if err = errors.Join(o.mend(ctx), o.breakAt(ctx, leader, f)); err != nil {
			return "", err
		}
		at = leader
	}
}

func (o *ownCluster) breakAt(ctx context.Context, id string, f fault.Fault) error {
	_, err := o.Break(ctx, id, f)
	if err == nil {
		o.broken = append(o.broken, id)
	}
	return err
}

// mend takes faults away, lets stopped nodes go on and starts those that have ended. A
// node that is just ending is waited for.
func (o *ownCluster) mend(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if o.other != nil {
		err := o.other.Close()
		o.other = nil
		return err
	}
	for _, id := range o.paused {
		if err := o.Resume(id); err != nil && !errors.Is(err, cluster.ErrState) {
			return err
		}
	}
	o.paused = nil
	for _, id := range o.broken {
		for {
			changed := o.Changed()
			if o.down(id) { // what starts anew has no fault
				break
			}
			err := o.Heal(ctx, id)
			if err == nil {
				break
			}
			select {
			case <-changed:
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				return err
			}
		}
	}
	o.broken = nil
	if err := o.awaitEnds(ctx); err != nil {
		return err
	}
	for _, m := range o.Members() {
		if m.State == cluster.Down {
			if err := o.Restart(m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// awaitEnds waits for the processes that have shut their doors and are not gone yet.
func (o *ownCluster) awaitEnds(ctx context.Context) error {
	ending := func(m cluster.Member) bool {
		if m.State != cluster.Running {
			return false
		}
		door, err := net.Dial("tcp", m.HTTP)
		if err == nil {
			door.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	for {
		changed := o.Changed()
		if !slices.ContainsFunc(o.Members(), ending) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (o *ownCluster) down(id string) bool {
	return slices.ContainsFunc(o.Members(), func(m cluster.Member) bool { return m.ID == id && m.State == cluster.Down })
}

func (o *ownCluster) stop() (err error) {
	if o.idle != nil {
		o.idle()
	}
	if o.other != nil {
		err = o.other.Close()
	}
	if o.Processes != nil {
		err = errors.Join(err, o.Close())
	}
	o.at.end()
	if o.home != "" {
		err = errors.Join(err, os.RemoveAll(o.home))
	}
	*o = ownCluster{}
	return err
}
