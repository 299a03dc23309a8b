package chart

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

type figures map[string]any

func (f figures) Number(ref string) (float64, string, error) {
	switch v := f[ref].(type) {
	case float64:
		return v, fmt.Sprint(v, "/s"), nil
	case tick:
		return v.value, v.text, nil
	}
	return 0, "", errors.New("there is no " + ref)
}

func (f figures) Histogram(ref string) ([]Bin, string, error) {
	if v, ok := f[ref].([]Bin); ok {
		return v, "ms", nil
	}
	return nil, "", errors.New("there is no " + ref)
}

func (f figures) Swings(ref string) ([]Swing, error) {
	if v, ok := f[ref+" swings"].([]Swing); ok {
		return v, nil
	}
	return nil, nil
}

func (f figures) Board(ref string) (b Board, err error) {
	if v, ok := f[ref].(string); ok {
		return b, json.Unmarshal([]byte(v), &b)
	}
	return b, errors.New("there is no " + ref)
}

func (f figures) Address(ref string) string {
	if ref == "b" {
		return "../model/#b"
	}
	return ""
}

func TestDraw(t *testing.T) {
	f := figures{"a": 100.0, "b": 25.0, "zero": 0.0, "minus": -1.0, "h": []Bin{{50, 1}, {100, 3}}, "empty": []Bin{{50, 0}},
		"a swings": []Swing{{Label: "<days> of history that is kept on local disks", Low: 50, High: 200, LowText: "50/s", HighText: "200/s", From: "7 d", To: "90 d"}, {Label: "rate", Low: 120, High: 80, LowText: "120/s", HighText: "80/s", From: "1", To: "9"}},
		"m1":       9.0, "m2": 0.0, "n1": 1.0, "n2": 1000.0,
		"half": 50.0, "share": tick{0.25, "25 %"}, "x.one": tick{0.01, "1 %"}, "x.ten": tick{0.1, "10 %"}, "y.one": tick{60, "1 min"}, "y.ten": tick{10800, "3 h"}}
	for _, tt := range []struct {
		name, source string
		want         []string
		fails        string
	}{
		{"bars", "bars messages a second\nours: a\n<b>: b", []string{`<rect class="series-0" x="0%" width="100%"`, `width="25%"`, "&lt;b&gt;", `<span class="row-value"><a href="../model/#b">25</a></span>`, "messages a second", `aria-label="Title: what it shows"`}, ""},
		{"nothing is a bar too", "bars x\nours: a\nnone: zero", []string{`width="0.4%"`}, ""},
		{"histogram", "histogram window\nours: h", []string{`<rect class="series-0 area" x="50%" y="12" width="50%" height="178"`, "75 % of them", "window, ms", "<td>100</td><td>3</td>"}, ""},
		{"matrix", "matrix story\neach {l}: a, b as <clock>\nkilled: {l}", []string{`<th class="corner" scope="col" rowspan="1">story, /s</th>`, "&lt;clock&gt;", `<td class="heat-5">100</td>`, `<td class="heat-4"><a href="../model/#b">25</a></td>`, `tabindex="0"`}, ""},
		{"two levels, a scale for each", "matrix\neach {m}: m as lost, n\neach {l}: 1, 2\nkilled: {m}{l}", []string{`colspan="2">lost, /s<`, `<td class="heat-5 first">9</td><td class="heat-0">0</td><td class="heat-1 first">1</td><td class="heat-5">1000</td>`}, ""},
		{"a cell is missing", "matrix x\neach {l}: a, c\nkilled: {l}", nil, "there is no c"},
		{"a cell below nothing", "matrix x\neach {l}: minus\nkilled: {l}", nil, "begins at nothing"},
		{"a pattern without a key", "matrix x\neach {l}: a, b\nkilled: a", nil, `"killed" leaves out {l}`},
		{"no columns", "matrix x\nkilled: a", nil, "one or two levels"},
		{"no corner", "matrix\neach {l}: a\nkilled: {l}", []string{`<th class="corner" scope="col" rowspan="1">/s</th>`}, ""},
		{"no rows", "matrix x\neach {l}: a", nil, "1 to 24"},
		{"a name without braces", "matrix x\neach l: a\nkilled: l", nil, "write each {name}"},
		{"too wide", "matrix x\neach {l}: 1, 2, 3, 4, 5, 6, 7\neach {m}: a, b\nkilled: {l}", nil, "14 columns"},
		{"tornado", "tornado sum\nours: a", []string{`<span class="row-label">&lt;days&gt; of history that is kept on local disks</span>`, "<td>7 d to 90 d</td><td>50</td><td>200</td>", `<span class="row-value before">80</span><svg`, `x="33.3%" width="66.7%"`, "sum, 100/s"}, ""},
		{"a tornado of two", "tornado x\nours: a\nyours: b", nil, "about one"},
		{"a tornado that nothing moves", "tornado x\nours: b", nil, "no input"},
		{"bars beside one another", "bars x\neach: before, after\nours: b, a", []string{`<li class="of-2">`, `<rect class="series-1" x="0%" width="100%"`, `<span class="visually-hidden">after: </span>100<`, "</svg> before</span>"}, ""},
		{"bars with more beside them", "bars x\nours: a; share\n**yours**: b; share", []string{`100 <span class="beside">25 %</span>`, `<li class="of-1 strong"><span class="row-label">yours</span>`}, ""},
		{"bars below a limit", "bars x\nours: b\nlimit <all>: a", []string{`width="25%"`, `<line class="rule" x1="100%"`, `text-anchor="end">&lt;all&gt;, 100/s</text>`}, ""},
		{"bars that differ in number", "bars x\neach: before, after\nours: a", nil, `"ours" has 1 figures for 2 bars`},
		{"two limits", "bars x\nours: b\nlimit y: a\nlimit z: a", nil, "2 limits"},
		{"a limit that is missing", "bars x\nours: b\nlimit y: nowhere", nil, "there is no nowhere"},
		{"what is beside is missing", "bars x\nours: b; nowhere", nil, "there is no nowhere"},
		{"bars with two heads", "bars x\neach: a\neach: b\nours: b", nil, "write each: one, two once"},
		{"waterfall", "waterfall one send\nthere: b\nflush: half\nwith <entry>: b\nits flush: half\nsum all: a\nperhaps more: b",
			[]string{`<rect class="series-0" x="0%" width="20%"`, `<rect class="series-1" x="20%" width="40%"`, "&lt;entry&gt;", `<rect class="series-0" x="20%" width="20%"`, `<rect class="series-1" x="40%" width="40%"`, `<rect class="perhaps" x="80%" width="20%"`, `<line class="rule" x1="80%"`, "all, 100/s"}, ""},
		{"a waterfall that does not add up", "waterfall x\nthere: b\nback: b\nsum all: a", nil, "ends after 50 and a is 100"},
		{"a waterfall without its sum", "waterfall x\nthere: b", nil, "0 lines begin with sum"},
		{"a waterfall that begins with nothing", "waterfall x\nwith there: a\nsum all: a", nil, "none above it"},
		{"a waterfall of less than nothing", "waterfall x\nthere: minus\nsum all: a", nil, "begins at nothing"},
		{"curves", "curves members / <a second>\neach {n}: one, ten\nup: x.{n} to y.{n}\ndown: x.one to y.ten, x.ten to y.one\npoint here: x.one to y.one",
			[]string{`<line class="curve curve-0" x1="0%" y1="300" x2="100%" y2="0"`, `<line class="curve curve-1" x1="0%" y1="0" x2="100%" y2="300"`, `<circle class="place" cx="0%" cy="300"`, ">here: 1 min</text>", "&lt;a second&gt;", `text-anchor="start">1 %</text>`, `text-anchor="end">10 %</text>`, ">10 min</text>", ">1 h</text>", `<th scope="row">down</th><td>1 %</td><td>3 h</td>`}, ""},
		{"curves with one axis", "curves members\nup: a to b", nil, "write curves ACROSS / UP"},
		{"a curve of one point", "curves x / y\nup: a to b", nil, `"up" has one point`},
		{"a curve that is none", "curves x / y\nup: a to b, a to b", nil, "no curve to draw"},
		{"a curve through nothing", "curves x / y\nup: a to b, zero to a", nil, "zero is 0/s"},
		{"a curve to nowhere", "curves x / y\nup: a to b, a to nowhere", nil, "there is no nowhere"},
		{"half a point", "curves x / y\nup: a, b", nil, "write a point as ACROSS to UP"},
		{"missing figures", "bars x\nours: nowhere", nil, "there is no nowhere"},
		{"unknown kind", "pie x\nours: a", nil, "begin with bars, histogram"},
		{"no reference", "bars x\nours", nil, "line 2"},
		{"no lines", "bars x", nil, "1 to 12"},
		{"below nothing", "bars x\nours: minus", nil, "begins at nothing"},
		{"counts nothing", "histogram x\nours: empty", nil, "counts nothing"},
	} {
		out, err := Draw(tt.source, "Title", "what it shows", f)
		if tt.fails != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, out)
			}
		}
		if _, err := html.Parse(strings.NewReader(string(out))); err != nil || strings.Contains(string(out), "style=") {
			t.Errorf("%s: not well formed, or with a style: %v", tt.name, err)
		}
		if again, _ := Draw(tt.source, "Title", "what it shows", f); again != out {
			t.Errorf("%s: drawn twice, it differs", tt.name)
		}
	}
	if _, err := Draw("bars x\nours: a", "", "", f); err == nil {
		t.Error("a chart without words is accepted")
	}
}

// TestScale_ticks: marks are in what the values are in, and never more than eight.
func TestScale_ticks(t *testing.T) {
	for _, tt := range []struct {
		least, most tick
		want        string
	}{
		{tick{0.0005, "0.05 %"}, tick{1, "100 %"}, "0.1 % | 1 % | 10 % | 100 %"},
		{tick{26, "26 s"}, tick{3 * 86400, "3 d"}, "1 min | 10 min | 1 h | 6 h | 1 d | 3 d"},
		{tick{1000, "1,000 users"}, tick{2e6, "2 M users"}, "1,000 | 10 k | 100 k | 1 M"},
		{tick{1.03, "1.03"}, tick{52.3, "52.3"}, "2 | 5 | 10 | 20 | 50"},
		{tick{900, "900"}, tick{2000, "2,000"}, "1,000 | 2,000"},
		{tick{0.001, "0.001 x"}, tick{1e9, "1 bn x"}, "0.001 | 0.1 | 10 | 1,000 | 100 k | 10 M | 1 bn"},
	} {
		var a scale10
		a.add(tt.least.value, tt.least.text)
		a.add(tt.most.value, tt.most.text)
		var got []string
		for _, mark := range a.ticks() {
			got = append(got, mark.text)
		}
		if strings.Join(got, " | ") != tt.want {
			t.Errorf("%s to %s: %s, want %s", tt.least.text, tt.most.text, strings.Join(got, " | "), tt.want)
		}
	}
}
