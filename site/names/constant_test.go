package names

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestConstants(t *testing.T) {
	c := NewConstants(fstest.MapFS{
		"go.mod": {Data: []byte("module example.org/it\n\ngo 1.26\n")},
		"link/link.go": {Data: []byte(`package link

import "time"

const (
	Beat = 30 * time.Millisecond
	frame = (1<<20 + 24) / 2
)

var patience = Beat*4 - time.Duration(20)*time.Millisecond

var loop = other
var other = loop

var now = time.Now().Unix()
`)},
		"link/link_test.go": {Data: []byte("package link\n\nconst Beat = 1\n")},
		"node/config.go": {Data: []byte(`package node

import (
	"time"

	wire "example.org/it/link"
)

type Config struct{ Hung time.Duration; Body int }

func DefaultConfig() Config {
	return Config{
		Hung: 10 * wire.Beat,
		Body: 64 << 10,
	}
}
`)},
	})
	for _, tt := range []struct {
		reference string
		value     float64
		duration  bool
		place     string
	}{
		{"link.Beat", 30e6, true, "link/link.go:6"},
		{"link.frame", 524300, false, "link/link.go:7"},
		{"link.patience", 100e6, true, "link/link.go:10"},
		{"node.DefaultConfig.Hung", 300e6, true, "node/config.go:13"},
		{"node.DefaultConfig.Body", 65536, false, "node/config.go:14"},
	} {
		got, err := c.Find(tt.reference)
		if err != nil || got.Value != tt.value || got.Duration != tt.duration || got.String() != tt.place {
			t.Errorf("%s: %+v, %v; want %+v", tt.reference, got, err, tt)
		}
	}
	for reference, want := range map[string]string{
		"link.Bate":               "link has no constant Bate",
		"lnik.Beat":               "there is no Go package in lnik",
		"Beat":                    "no reference",
		"node.DefaultConfig.Hang": "sets no field Hang",
		"node.Config.Hung":        "sets no field Hung",
		"link.loop":               "more than",
		"link.now":                "not known without running it",
	} {
		if got, err := c.Find(reference); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v; want %q", reference, got, err, want)
		}
	}
}
