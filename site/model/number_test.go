package model

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatNumber(t *testing.T) {
	for _, tt := range []struct {
		v      float64
		digits int
		want   string
	}{
		{0, 3, "0"}, {-0.5, 3, "-0.5"}, {1, 3, "1"}, {4096, 3, "4,096"}, {9999, 3, "9,999"}, {-1234, 3, "-1,234"},
		{10000, 3, "10 k"}, {694444.4, 3, "694 k"}, {5555555, 2, "5.6 M"}, {20e9, 3, "20 bn"}, {1.2e12, 3, "1.2 tn"}, {4.5e15, 3, "4,500 tn"},
		{2829.3, 3, "2,829"}, {999.7, 3, "1,000"}, {9999.6, 3, "10 k"}, {999_950, 3, "1 M"}, {999_499, 3, "999 k"},
		{7.4512, 3, "7.45"}, {7.4512, 2, "7.5"}, {0.000123456, 3, "0.000123"}, {21.6, 3, "21.6"}, {0.30000000000000004, 3, "0.3"},
		{131072, exact, "131,072"}, {0.6528, exact, "0.6528"}, {299.99999999999994, 3, "300"},
	} {
		if got := formatNumber(tt.v, tt.digits); got != tt.want {
			t.Errorf("formatNumber(%v, %d) = %q, want %q", tt.v, tt.digits, got, tt.want)
		}
	}
}

// What is printed can be read back, and nothing but rounding is lost.
func TestNumber_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e14, 1e14).Draw(t, "v")
		if math.Abs(v) < 1e-6 {
			v = 0
		}
		text := formatNumber(v, 3)
		back, err := parseNumber(text)
		if err != nil {
			t.Fatalf("parseNumber(formatNumber(%v)): %v", v, err)
		}
		if math.Abs(back-v) > 0.006*math.Abs(v) {
			t.Fatalf("%v is written %q and read as %v", v, text, back)
		}
		if again := formatNumber(back, 3); again != text {
			t.Fatalf("%q is written again as %q", text, again)
		}
	})
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]float64{"500 M": 500e6, "500M": 500e6, "1,875": 1875, "0.5": 0.5, ".5": 0.5, "1e3": 1000, "-3 k": -3000, "2 bn": 2e9} {
		if got, err := parseNumber(text); err != nil || got != want {
			t.Errorf("parseNumber(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "k", "1,23", "12 q", "1e999", "NaN", "1 2", "0x10", "--1"} {
		if got, err := parseNumber(text); err == nil {
			t.Errorf("parseNumber(%q) = %v, want an error", text, got)
		}
	}
}

func TestFormatQuantity(t *testing.T) {
	for _, tt := range []struct {
		base               float64
		unit, number, full string
	}{
		{694444, "msg/s", "694 k", "694 k msg/s"},
		{1.17e6 / 2628000, "USD/month", "$1.17 M", "$1.17 M/month"},
		{-3, "USD", "-$3", "-$3"},
		{0.075, "%", "7.5 %", "7.5 %"},
		{1296, "min", "21.6", "21.6 min"},
		{3, "", "3", "3"},
		{2, "1/s", "2", "2/s"},
		{5, "USDX", "5", "5 USDX"},
	} {
		u, err := parseUnit(tt.unit)
		if err != nil {
			t.Fatal(err)
		}
		if number, full := formatQuantity(tt.base, 3, u); number != tt.number || full != tt.full {
			t.Errorf("formatQuantity(%v, %q) = %q, %q, want %q, %q", tt.base, tt.unit, number, full, tt.number, tt.full)
		}
	}
}
