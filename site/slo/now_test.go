package slo

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNow: what two processes count is judged together, without rounding a failure away,
// and what none of them counts is said to be that.
func TestNow(t *testing.T) {
	d := read(t, os.DirFS("testdata"), "shop.yaml")
	answer := func(text string) *Metrics {
		t.Helper()
		m, err := ReadMetrics("answer", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	quiet := func(says string) (all []Now) {
		for _, i := range []string{"SLO-1, gateway", "SLO-2, gateway", "SLO-2, whole", "SLO-3, auditor", "SLO-3, watch", "SLO-4, queue", "SLO-4, room", "SLO-4, backlog", "SLO-4, disk", "SLO-4, wear", "SLO-4, grows"} {
			all = append(all, Now{Indicator: i, Text: says})
		}
		return all
	}
	if diff := cmp.Diff(quiet("not counted here"), d.Now(nil)); diff != "" {
		t.Errorf("nobody answers:\n%s", diff)
	}
	if got := d.Now([]*Metrics{answer("# TYPE shop_orders_total counter\nshop_orders_total{outcome=\"ok\",reason=\"none\",cell=\"a\"} 0\n")})[0]; got.Text != "nothing yet" || got.Known {
		t.Errorf("without an order: %+v", got)
	}
	one := answer(`# TYPE shop_orders_total counter
shop_orders_total{outcome="ok",reason="none",cell="a"} 600000
shop_orders_total{outcome="ok",reason="none",cell="b"} 399999
shop_orders_total{outcome="failed",reason="unpaid",cell="b"} 5000
# TYPE shop_order_seconds histogram
shop_order_seconds_bucket{le="0.25"} 97
shop_order_seconds_bucket{le="1"} 100
shop_order_seconds_bucket{le="+Inf"} 100
shop_order_seconds_sum 1
shop_order_seconds_count 100
# TYPE shop_waiting_seconds gauge
shop_waiting_seconds{shard="0"} 0.5
shop_waiting_seconds{shard="1"} 12.04
# TYPE shop_free_bytes gauge
shop_free_bytes 4096
`)
	two := answer(`# TYPE shop_orders_total counter
shop_orders_total{outcome="failed",reason="late",cell="a"} 1
# TYPE shop_sold_twice_total counter
shop_sold_twice_total 2
# TYPE shop_audits_total counter
shop_audits_total 5
# TYPE shop_free_bytes gauge
shop_free_bytes 1000
`)
	want := []Now{
		{"SLO-1, gateway", "99.999 % of 1000000", true, true},
		{"SLO-2, gateway", "97 % of 100", false, true},
		{"SLO-2, whole", "100 % of 100", true, true},
		{"SLO-3, auditor", "2 breaches", false, true},
		{"SLO-3, watch", "5 seen", true, true},
		{"SLO-4, queue", "12 s", false, true},
		{"SLO-4, room", "1000", true, true},
		{"SLO-4, backlog", "12 s", false, true},
		{"SLO-4, disk", "1000", true, true},
		{"SLO-4, wear", "1000", false, true},
		{"SLO-4, grows", "12 s", false, true},
	}
	if diff := cmp.Diff(want, d.Now([]*Metrics{one, two})); diff != "" {
		t.Error(diff)
	}
	// The names are those of the table, which a page finds them by.
	passages, err := d.Show(nil, "text.md", "table: alerts")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, p := range passages {
		table.WriteString(p.Text)
	}
	for _, n := range want {
		if !strings.Contains(table.String(), "| "+n.Indicator+" |") {
			t.Errorf("the table has no cell %q", n.Indicator)
		}
	}
}
