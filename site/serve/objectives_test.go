package serve

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lockstep/site/slo"
	"lockstep/site/stream"
)

const counting = `service: shop
period: 30 d
metrics: shop.txt
objectives:
  SLO-1:
    name: Nothing is lost
    good: always
    runbook: lost.md
    indicators:
      auditor: {breach: shop_lost_total}
`

const lost = "# HELP shop_lost_total Things that are gone.\n# TYPE shop_lost_total counter\nshop_lost_total "

// TestObjectives: a reader is told what was counted at once and when it changes, and many
// readers have the service asked no more often than one.
func TestObjectives(t *testing.T) {
	d, _, findings := slo.Read(fstest.MapFS{"slo.yaml": {Data: []byte(counting)}, "shop.txt": {Data: []byte(lost + "0\n")}}, "slo.yaml")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		asked := 0
		o := &objectives{definition: func() *slo.Definition { return d }, metrics: func(context.Context) []*slo.Metrics {
			asked++
			value := "0\n"
			if time.Since(began) > 5*time.Second {
				value = "3\n"
			}
			m, err := slo.ReadMetrics("node", []byte(lost+value))
			if err != nil {
				t.Error(err)
			}
			return []*slo.Metrics{m}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		const readers = 50
		said := make([][]string, readers)
		ended := make(chan error, readers)
		for i := range readers {
			go func() {
				ended <- o.follow(ctx, stream.Query{}, func(e stream.Event) error {
					said[i] = append(said[i], string(e.Data))
					return nil
				})
			}()
		}
		for range readers {
			if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		for i, s := range said {
			if len(s) != 2 || s[0] != `[{"indicator":"SLO-1, auditor","text":"0 breaches","holds":true,"known":true}]` || s[1] != `[{"indicator":"SLO-1, auditor","text":"3 breaches","holds":false,"known":true}]` {
				t.Errorf("reader %d was told %q", i, s)
			}
		}
		if asked > 6 {
			t.Errorf("in nine seconds the service was asked %d times", asked)
		}
	})
}
