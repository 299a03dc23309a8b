package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

// etcdPuts is how many Puts are under way at once in the pipeline: the client
// has no call that does not wait, so each is a goroutine.
const etcdPuts = 512

// runEtcdNode is one node of etcd with its default settings.
func runEtcdNode(c nodeConfig) error {
	self := c.self()
	client, peer := httpURL(self.Client), httpURL(self.Peer)
	cfg := embed.NewConfig()
	cfg.Name, cfg.Dir, cfg.LogLevel = self.Name, c.Dir, "error"
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	var members []string
	for _, m := range c.Members {
		members = append(members, m.Name+"=http://"+m.Peer)
	}
	cfg.InitialCluster = strings.Join(members, ",")
	_, err := embed.StartEtcd(cfg)
	return err
}

func httpURL(address string) url.URL { return url.URL{Scheme: "http", Host: address} }

// etcd appends a message by putting its body under its id.
type etcd struct {
	*trio
	connections int
	anywhere    *clientv3.Client   // knows all nodes
	leader      []*clientv3.Client // connections to the leader
}

func startEtcd(ctx context.Context, env environment) (cluster, error) {
	t, err := startTrio(etcdName, env.dir, false)
	if err != nil {
		return nil, err
	}
	e := &etcd{trio: t, connections: env.connections}
	if err := e.connect(ctx); err != nil {
		e.Stop()
		return nil, err
	}
	return e, nil
}

func (e *etcd) connect(ctx context.Context) (err error) {
	var all []string
	for _, m := range e.members() {
		all = append(all, m.Client)
	}
	if e.anywhere, err = dialEtcd(all...); err != nil {
		return err
	}
	var leader int
	if err := until(ctx, e.processes, func() (err error) {
		leader, err = e.leaderIndex(ctx)
		return err
	}); err != nil {
		return err
	}
	for range e.connections {
		c, err := dialEtcd(all[leader])
		if err != nil {
			return err
		}
		e.leader = append(e.leader, c)
	}
	return nil
}

func dialEtcd(endpoints ...string) (*clientv3.Client, error) {
	// Without a logger the client writes about every lost connection.
	return clientv3.New(clientv3.Config{Endpoints: endpoints, Logger: zap.NewNop(), DialTimeout: 5 * time.Second})
}

// leaderIndex asks each node whether it leads.
func (e *etcd) leaderIndex(ctx context.Context) (int, error) {
	i := e.index(func(m member) bool {
		s, err := e.status(ctx, m)
		return err == nil && s.Leader == s.Header.MemberId
	})
	if i < 0 {
		return 0, errors.New("no node of etcd says that it leads")
	}
	return i, nil
}

func (e *etcd) status(ctx context.Context, m member) (*clientv3.StatusResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return e.anywhere.Status(ctx, m.Client)
}

func (e *etcd) Sends(context.Context) ([]way, error) {
	return []way{{"", spread(len(e.leader), func(ctx context.Context, i int, m message) error { return putEtcd(ctx, e.leader[i], m) })}}, nil
}

func (e *etcd) Reads(ctx context.Context) ([]way, error) {
	const key = "read"
	if err := putEtcd(ctx, e.leader[0], message{id: key, body: strings.Repeat("r", bodyBytes)}); err != nil {
		return nil, err
	}
	return []way{{"", spread(len(e.leader), func(ctx context.Context, i int, _ message) error {
		got, err := e.leader[i].Get(ctx, key) // linearizable, unless it is told otherwise
		if err == nil && len(got.Kvs) != 1 {
			err = fmt.Errorf("%d values for one key", len(got.Kvs))
		}
		return err
	})}}, nil
}

func (e *etcd) Pipes(context.Context) (pipes []pipe, window int, err error) {
	for _, c := range e.leader {
		pipes = append(pipes, etcdPipe{c})
	}
	return pipes, etcdPuts / len(pipes), nil
}

func (e *etcd) Offer(ctx context.Context, m message) error { return putEtcd(ctx, e.anywhere, m) }

func (e *etcd) KillLeader(ctx context.Context) (revive func(context.Context) error, err error) {
	i, err := e.leaderIndex(ctx)
	if err != nil {
		return nil, err
	}
	e.kill(i)
	return func(ctx context.Context) error {
		if err := e.start(i); err != nil {
			return err
		}
		return until(ctx, e.processes, func() error {
			s, err := e.status(ctx, e.members()[i])
			if err == nil && s.Leader == 0 {
				err = errors.New("it knows no leader")
			}
			return err
		})
	}, nil
}

func (e *etcd) Stop() {
	for _, c := range append(e.leader, e.anywhere) {
		if c != nil {
			c.Close()
		}
	}
	e.stop()
}

func putEtcd(ctx context.Context, c *clientv3.Client, m message) error {
	_, err := c.Put(ctx, m.id, m.body)
	return err
}

// etcdPipe sends each message from a goroutine of its own.
type etcdPipe struct{ client *clientv3.Client }

func (p etcdPipe) send(m message, done func(error)) {
	go func() { done(putEtcd(context.Background(), p.client, m)) }()
}

func (etcdPipe) close() {} // the connection belongs to the cluster
