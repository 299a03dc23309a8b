package main

import (
	"context"
	"log/slog"
	"net/http"

	"lockstep/site"
)

type labOptions struct {
	Data        string
	Logger      *slog.Logger
	AllowFaults bool
}

type labParts struct {
	Handler http.Handler
	Live    func() site.HTML
	Close   func() error
}

func startLab(_ context.Context, _ labOptions) (*labParts, error) {
	return &labParts{Close: func() error { return nil }}, nil
}
