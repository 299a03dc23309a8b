package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"lockstep/prototype/check"
)

// judged is a load whose failures are those of a test.
type judged struct{ *judgedLoad }

func startJudged(ctx context.Context, conversation string, transport http.RoundTripper, targets ...string) judged {
	return judged{startJudgedLoad(ctx, conversation, transport, targets...)}
}

func (j judged) progress(t *testing.T, ctx context.Context, n int) (longest time.Duration) {
	t.Helper()
	longest, err := j.judgedLoad.progress(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return longest
}

func (j judged) judge(t *testing.T, ctx context.Context, atLeast int) {
	t.Helper()
	report, err := j.judgedLoad.judge(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(report)
	if report.Verdict != check.OK || report.Counts.Acknowledged < atLeast || report.Counts.Replicas != len(j.targets) {
		t.Errorf("verdict %s over %d acknowledged messages and %d replicas: %v %v", report.Verdict, report.Counts.Acknowledged, report.Counts.Replicas, report.Reasons, report.Witness)
	}
}

// awaitReady waits until every node knows a leader for every shard.
func awaitReady(t *testing.T, ctx context.Context, transport http.RoundTripper, targets []string) {
	t.Helper()
	ask := &http.Client{Transport: transport, Timeout: time.Second}
	for _, target := range targets {
		for {
			response, err := ask.Get(target + "/readyz")
			if err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					break
				}
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("%s is not ready: %v", target, err)
			}
		}
	}
}
