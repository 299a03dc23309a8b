package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

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

// lastSpans is how long the end of a program waits for a collector to take the last spans.
const lastSpans = 2 * time.Second

// open gives nil if no traces are asked for. What the collector does not take is lost, and
// holds nobody up; the log says so.
func (f traceFlags) open(service, instance string, logger *slog.Logger) (_ *tracing.Tracer, stop func(), err error) {
	if f.endpoint == "" {
		return nil, func() {}, nil
	}
	bad := func(what string) error { return usageError{what, "--otlp-endpoint http://127.0.0.1:4318"} }
	to, err := url.Parse(f.endpoint)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" || to.RawQuery != "" || to.Fragment != "":
		return nil, nil, bad("--otlp-endpoint: not a URL of the kind http://HOST:PORT or https://HOST:PORT")
	case to.User != nil:
		return nil, nil, bad("--otlp-endpoint: everybody at the machine can read it: put what the collector asks for into OTEL_EXPORTER_OTLP_HEADERS")
	case !(f.ratio >= 0 && f.ratio <= 1) || math.IsNaN(f.ratio):
		return nil, nil, bad(fmt.Sprintf("--trace-ratio: %g is not from 0 to 1", f.ratio))
	}
	if to.Path == "" || to.Path == "/" {
		to.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(to.String()))
	if err != nil {
		return nil, nil, fmt.Errorf("--otlp-endpoint: %w", err)
	}
	// What the environment says of the resource counts for more than what is said here.
	about, err := resource.New(context.Background(), resource.WithAttributes(attribute.String("service.name", service),
		attribute.String("service.instance.id", instance), attribute.String("service.version", builtFrom().Version)), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("spans are lost", "error", err) }))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(f.ratio))))
	return tracing.New(provider), func() {
		ctx, cancel := context.WithTimeout(context.Background(), lastSpans)
		defer cancel()
		if err := provider.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			logger.Warn("the last spans are lost: the collector did not take them in time", "waited", lastSpans)
		} else if err != nil {
			logger.Warn("the last spans are lost", "error", err)
		}
	}, nil
}
