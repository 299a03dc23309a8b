package main

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/site/slo"
)

const (
	countsWithin = time.Second
	countsMost   = 4 << 20 // bytes of one answer
)

// askCounts asks the nodes of a cluster, all at once, what they have counted. Those that do
// not answer are left out.
func askCounts(members func() []cluster.Member) func(context.Context) []*slo.Metrics {
	return func(ctx context.Context) []*slo.Metrics {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countsWithin)
		defer cancel()
		all := members()
		answers := make([]*slo.Metrics, len(all))
		var wait sync.WaitGroup
		for i, m := range all {
			wait.Go(func() { answers[i] = countsOf(ctx, m.HTTP) })
		}
		wait.Wait()
		var there []*slo.Metrics
		for _, a := range answers {
			if a != nil {
				there = append(there, a)
			}
		}
		return there
	}
}

func countsOf(ctx context.Context, address string) *slo.Metrics {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return nil
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, countsMost))
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil
	}
	m, err := slo.ReadMetrics(address, data)
	if err != nil {
		return nil
	}
	return m
}
