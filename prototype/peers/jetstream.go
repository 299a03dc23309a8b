package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	streamName = "messages"
	subject    = "messages.bench"
	// jetStreamPending is the client's own default for what may be in flight on
	// all connections together.
	jetStreamPending = 4096
)

// jetStream appends a message by publishing it to a stream with three replicas.
// Its 64 waiting clients share one connection, as goroutines in one program do.
type jetStream struct {
	*trio
	connections int
	anywhere    jetstream.JetStream // knows all nodes
	leader      jetstream.JetStream // one connection, to the node that leads the stream
	opened      []*nats.Conn
}

func startJetStream(sync bool) func(context.Context, environment) (cluster, error) {
	return func(ctx context.Context, env environment) (cluster, error) {
		t, err := startTrio(jetStreamSystem, env.dir, sync)
		if err != nil {
			return nil, err
		}
		j := &jetStream{trio: t, connections: env.connections}
		if err := j.connect(ctx); err != nil {
			j.Stop()
			return nil, err
		}
		return j, nil
	}
}

func (j *jetStream) connect(ctx context.Context) error {
	err := until(ctx, j.processes, func() (err error) {
		j.anywhere, err = j.dial(j.members()...)
		return err
	})
	if err != nil {
		return err
	}
	// The nodes must elect a leader for the cluster before they take a stream.
	err = until(ctx, j.processes, func() error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		_, err := j.anywhere.CreateStream(ctx, jetstream.StreamConfig{
			Name: streamName, Subjects: []string{subject}, Storage: jetstream.FileStorage, Replicas: nodes})
		return err
	})
	if err != nil {
		return err
	}
	if err := until(ctx, j.processes, func() error { return j.whole(ctx) }); err != nil {
		return err
	}
	j.leader, err = j.dialLeader(ctx)
	return err
}

func (j *jetStream) dial(members ...member) (jetstream.JetStream, error) {
	var urls []string
	for _, m := range members {
		urls = append(urls, "nats://"+m.Client)
	}
	c, err := nats.Connect(strings.Join(urls, ","), nats.MaxReconnects(-1))
	if err != nil {
		return nil, err
	}
	j.opened = append(j.opened, c)
	return jetstream.New(c, jetstream.WithPublishAsyncMaxPending(jetStreamPending/j.connections))
}

func (j *jetStream) dialLeader(ctx context.Context) (jetstream.JetStream, error) {
	i, err := j.leaderIndex(ctx)
	if err != nil {
		return nil, err
	}
	return j.dial(j.members()[i])
}

func (j *jetStream) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	stream, err := j.anywhere.Stream(ctx, streamName)
	if err != nil {
		return nil, err
	}
	return stream.CachedInfo(), nil
}

func (j *jetStream) leaderIndex(ctx context.Context) (int, error) {
	info, err := j.info(ctx)
	if err != nil {
		return 0, err
	}
	i := -1
	if info.Cluster != nil {
		i = j.index(func(m member) bool { return m.Name == info.Cluster.Leader })
	}
	if i < 0 {
		return 0, errors.New("the stream has no leader")
	}
	return i, nil
}

// whole fails unless the stream has a leader and all replicas keep up with it.
func (j *jetStream) whole(ctx context.Context) error {
	info, err := j.info(ctx)
	if err != nil {
		return err
	}
	if info.Cluster == nil || info.Cluster.Leader == "" || len(info.Cluster.Replicas) != nodes-1 {
		return errors.New("the stream is not replicated yet")
	}
	for _, r := range info.Cluster.Replicas {
		if !r.Current || r.Offline {
			return fmt.Errorf("replica %s lags", r.Name)
		}
	}
	return nil
}

func (j *jetStream) Sends(context.Context) ([]way, error) {
	return []way{{"", func(ctx context.Context, m message) error { return publish(ctx, j.leader, m) }}}, nil
}

// Reads asks the leader of the stream: direct reads, which any replica answers,
// are off unless a stream allows them.
func (j *jetStream) Reads(ctx context.Context) ([]way, error) {
	if err := publish(ctx, j.leader, message{id: "read", body: strings.Repeat("r", bodyBytes)}); err != nil {
		return nil, err
	}
	stream, err := j.leader.Stream(ctx, streamName)
	if err != nil {
		return nil, err
	}
	return []way{{"", func(ctx context.Context, _ message) error {
		_, err := stream.GetMsg(ctx, 1)
		return err
	}}}, nil
}

func (j *jetStream) Offer(ctx context.Context, m message) error { return publish(ctx, j.anywhere, m) }

func (j *jetStream) KillLeader(ctx context.Context) (revive func(context.Context) error, err error) {
	i, err := j.leaderIndex(ctx)
	if err != nil {
		return nil, err
	}
	j.kill(i)
	return func(ctx context.Context) error {
		if err := j.start(i); err != nil {
			return err
		}
		return until(ctx, j.processes, func() error { return j.whole(ctx) })
	}, nil
}

func (j *jetStream) Stop() {
	for _, c := range j.opened {
		c.Close()
	}
	j.stop()
}

func publish(ctx context.Context, js jetstream.JetStream, m message) error {
	_, err := js.PublishMsg(ctx, natsMessage(m), jetstream.WithMsgID(m.id))
	return err
}

func natsMessage(m message) *nats.Msg { return &nats.Msg{Subject: subject, Data: []byte(m.body)} }
