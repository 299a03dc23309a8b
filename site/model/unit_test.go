package model

import (
	"math"
	"testing"
)

func TestParseUnit(t *testing.T) {
	for _, tt := range []struct {
		text   string
		dims   string
		factor float64
	}{
		{"", "1", 1}, {"1", "1", 1}, {"%", "1", 0.01}, {"1/s", "1/s", 1},
		{"msg/s", "msg/s", 1}, {"msg/d", "msg/s", 1. / 86400}, {"msgs", "msg", 1},
		{"USD/GB/month", "USD/B/s", 1 / 1e9 / 2628000}, {"Gbit/s", "B/s", 1e9 / 8},
		{"node·h", "node·s", 3600}, {"deliveries", "delivery", 1}, {"s/s", "1", 1}, {"B*B", "B^2", 1},
	} {
		u, err := parseUnit(tt.text)
		if err != nil {
			t.Errorf("parseUnit(%q): %v", tt.text, err)
			continue
		}
		if got := u.dims.String(); got != tt.dims || math.Abs(u.factor/tt.factor-1) > 1e-12 {
			t.Errorf("parseUnit(%q) = %s × %v, want %s × %v", tt.text, got, u.factor, tt.dims, tt.factor)
		}
	}
	for _, text := range []string{"/s", "msg/", "msg//s", "m$", "km2", "msg s"} {
		if u, err := parseUnit(text); err == nil {
			t.Errorf("parseUnit(%q) = %v, want an error", text, u)
		}
	}
}

// 730 hours are a month: hourly prices and monthly ones meet without a factor.
func TestParseUnit_month(t *testing.T) {
	hourly, _ := parseUnit("USD/h")
	monthly, _ := parseUnit("USD/month")
	if got := hourly.factor / monthly.factor; math.Abs(got-730) > 1e-9 {
		t.Errorf("a dollar an hour is %v dollars a month, want 730", got)
	}
}
