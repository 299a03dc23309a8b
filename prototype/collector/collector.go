// Package collector starts a real OpenTelemetry collector, to see what it makes of the spans
// of nodes and clients. It is a module of its own, so that the collector's many modules stay
// out of what others build.
package collector

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry"
)

// Span is one as the collector passes it on.
type Span struct {
	ptrace.Span
	Service string // of the program that made it
}

// Collector holds what it was sent. Its methods may be called from any goroutine.
type Collector struct {
	service *otelcol.Collector
	ended   chan error

	mu    sync.Mutex
	spans []Span
	more  chan struct{} // closed when there are more
}

// Start has a collector take OTLP over HTTP at an address, until it is stopped.
func Start(ctx context.Context, address string) (*Collector, error) {
	c := &Collector{ended: make(chan error, 1), more: make(chan struct{})}
	memory := component.MustNewType("memory")
	settings := otelcol.CollectorSettings{
		BuildInfo: component.NewDefaultBuildInfo(),
		Factories: func() (otelcol.Factories, error) {
			take := otlpreceiver.NewFactory()
			keep := exporter.NewFactory(memory, nothing, exporter.WithTraces(
				func(context.Context, exporter.Settings, component.Config) (exporter.Traces, error) {
					return keeper{c}, nil
				}, component.StabilityLevelStable))
			return otelcol.Factories{Receivers: map[component.Type]receiver.Factory{take.Type(): take},
				Exporters: map[component.Type]exporter.Factory{memory: keep}, Telemetry: telemetry.NewFactory(nothing)}, nil
		},
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			ProviderFactories: []confmap.ProviderFactory{yamlprovider.NewFactory()},
			URIs: []string{fmt.Sprintf("yaml:receivers: {otlp: {protocols: {http: {endpoint: %q}}}}", address),
				"yaml:exporters: {memory: {}}", "yaml:service: {pipelines: {traces: {receivers: [otlp], exporters: [memory]}}}"}}},
		DisableGracefulShutdown: true,
	}
	var err error
	if c.service, err = otelcol.NewCollector(settings); err != nil {
		return nil, err
	}
	go func() { c.ended <- c.service.Run(ctx) }()
	return c, nil
}

// nothing is to be set of the collector's end, nor of what it tells of itself.
func nothing() component.Config { return &struct{}{} }

// Stop ends the collector.
func (c *Collector) Stop() error {
	c.service.Shutdown()
	return <-c.ended
}

// Await gives the spans once they are as is wanted, or the error of the context or the
// collector.
func (c *Collector) Await(ctx context.Context, wanted func([]Span) bool) ([]Span, error) {
	for {
		c.mu.Lock()
		spans, more := c.spans, c.more
		c.mu.Unlock()
		if wanted(spans) {
			return spans, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return spans, ctx.Err()
		case err := <-c.ended:
			c.ended <- err
			return spans, errors.Join(errors.New("the collector has ended"), err)
		}
	}
}

// keeper is where the collector's pipeline ends.
type keeper struct{ c *Collector }

func (keeper) Start(context.Context, component.Host) error { return nil }
func (keeper) Shutdown(context.Context) error              { return nil }
func (keeper) Capabilities() consumer.Capabilities         { return consumer.Capabilities{} }

func (k keeper) ConsumeTraces(_ context.Context, traces ptrace.Traces) error {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	for _, of := range traces.ResourceSpans().All() {
		service, _ := of.Resource().Attributes().Get("service.name")
		for _, scope := range of.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				kept := ptrace.NewSpan()
				span.CopyTo(kept)
				k.c.spans = append(k.c.spans, Span{kept, service.Str()})
			}
		}
	}
	close(k.c.more)
	k.c.more = make(chan struct{})
	return nil
}
