package serve

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"lockstep/site/slo"
	"lockstep/site/stream"
)

// objectivesEvery is how often the service beside the site is asked what it has counted,
// while somebody looks.
const objectivesEvery = 2 * time.Second

// objectives is the topic of what a service that runs beside the site has counted for
// each indicator. However many readers follow, its processes are asked once at a time.
type objectives struct {
	definition func() *slo.Definition
	metrics    func(context.Context) []*slo.Metrics

	mu   sync.Mutex
	at   time.Time
	data []byte
}

// follow sends what was counted, as often as it changes.
func (o *objectives) follow(ctx context.Context, _ stream.Query, send func(stream.Event) error) error {
	tick := time.NewTicker(objectivesEvery)
	defer tick.Stop()
	var before string
	for {
		if data := o.now(ctx); string(data) != before {
			before = string(data)
			if err := send(stream.Event{Name: "now", Data: data}); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (o *objectives) now(ctx context.Context) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.at) < objectivesEvery/2 {
		return o.data
	}
	o.data = []byte("[]")
	if d := o.definition(); d != nil {
		if data, err := json.Marshal(d.Now(o.metrics(ctx))); err == nil {
			o.data = data
		}
	}
	o.at = time.Now()
	return o.data
}
