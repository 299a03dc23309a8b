package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/time/rate"

	"lockstep/prototype/node/outcome"
	"lockstep/prototype/tracing"
)

// traceFlags say where traces of sends go, and of which sends there are some.
type traceFlags struct {
	endpoint string
	ratio    float64
}

func (f *traceFlags) add(cmd *cobra.Command, ratio float64, which string) {
	cmd.Flags().StringVar(&f.endpoint, "otlp-endpoint", "", "URL of a collector that takes traces of sends by OTLP over HTTP, as http://127.0.0.1:4318 (default: none is made)")
	cmd.Flags().Float64Var(&f.ratio, "trace-ratio", ratio, "of "+which+", the part that is followed: 0 to 1")
}

// followedMost is how many requests a second are followed since others ask for it, as a burst
// of a second's: who may send is not to decide what a node spends on it.
const followedMost = 500

// collectorHeaders is the variable in which stands what a collector asks for.
const collectorHeaders = "OTEL_EXPORTER_OTLP_HEADERS"

// lostAgain is the least time between two lines of the log about lost spans.
const lostAgain = time.Minute

// lastSpans is how long the end of a program waits for a collector to take the last spans.
const lastSpans = 2 * time.Second

// open gives nil if no traces are asked for. What the collector does not take is lost, and
// holds nobody up; the log says so once in a while. What its queue has no room for is lost
// without a word.
func (f traceFlags) open(service, instance string, logger *slog.Logger) (_ *tracing.Tracer, stop func(), err error) {
	bad := func(what string) error { return usageError{what, "--otlp-endpoint http://127.0.0.1:4318"} }
	if !(f.ratio >= 0 && f.ratio <= 1) {
		return nil, nil, bad(fmt.Sprintf("--trace-ratio: %g is not from 0 to 1", f.ratio))
	}
	if f.endpoint == "" {
		return nil, func() {}, nil
	}
	for pair := range strings.SplitSeq(os.Getenv(collectorHeaders), ",") {
		_, value, ok := strings.Cut(pair, "=")
		if _, err := url.PathUnescape(value); err != nil || !ok && strings.TrimSpace(pair) != "" {
			return nil, nil, bad(collectorHeaders + ": its value is no list of NAME=VALUE with commas, and with % as %25")
		}
	}
	to, err := url.Parse(f.endpoint)
	switch {
	case err != nil || to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https" || to.RawQuery != "" || to.Fragment != "":
		return nil, nil, bad("--otlp-endpoint: not a URL of the kind http://HOST:PORT or https://HOST:PORT")
	case to.User != nil:
		return nil, nil, bad("--otlp-endpoint: everybody at the machine can read it: put what the collector asks for into " + collectorHeaders + ", in the environment")
	}
	// The library's own log has what it cannot read of the environment, secrets included.
	otel.SetLogger(logr.Discard())
	lost := lostSpans{logger: logger}
	otel.SetErrorHandler(&lost)
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(to.JoinPath("v1", "traces").String()))
	if err != nil {
		return nil, nil, fmt.Errorf("--otlp-endpoint: %w", err)
	}
	// What the environment says of the resource counts for more than what is said here.
	about, err := resource.New(context.Background(), resource.WithAttributes(attribute.String("service.name", service),
		attribute.String("service.instance.id", instance), attribute.String("service.version", builtFrom().Version)), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about),
		sdktrace.WithSampler(sampler(f.ratio)))
	return tracing.New(provider), func() {
		ctx, cancel := context.WithTimeout(context.Background(), lastSpans)
		defer cancel()
		defer lost.end()
		if err := provider.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			logger.Warn("the last spans are lost: the collector did not take them in time", "waited", lastSpans)
		} else if err != nil {
			logger.Warn("the last spans are lost", "error", err)
		}
	}, nil
}

// sampler follows what others ask for, as far as that goes, and a part of the rest.
func sampler(ratio float64) sdktrace.Sampler {
	return sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio), sdktrace.WithRemoteParentSampled(atMost{rate.NewLimiter(followedMost, followedMost)}))
}

// atMost follows all as long as it is not too much.
type atMost struct{ *rate.Limiter }

func (a atMost) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if a.Allow() {
		return sdktrace.AlwaysSample().ShouldSample(p)
	}
	return sdktrace.NeverSample().ShouldSample(p)
}

func (atMost) Description() string { return "at most so many a second" }

// lostSpans says once in a while that spans are lost, since a collector that is gone loses
// many.
type lostSpans struct {
	mu     sync.Mutex
	logger *slog.Logger // nil: nobody listens any more
	last   time.Time
	untold int
}

func (l *lostSpans) Handle(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.logger == nil {
		return
	}
	if now := time.Now(); now.Sub(l.last) >= lostAgain {
		l.logger.Warn("spans are lost", "error", outcome.Clip(err.Error()), "times_before", l.untold)
		l.last, l.untold = now, 0
		return
	}
	l.untold++
}

// end is for a program that has told the last: the library goes on by itself for a moment.
func (l *lostSpans) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logger = nil
}
