package chart

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

type figures map[string]any

func (f figures) Number(ref string) (float64, string, error) {
	if v, ok := f[ref].(float64); ok {
		return v, fmt.Sprint(v, "/s"), nil
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

func (f figures) Address(ref string) string {
	if ref == "b" {
		return "../model/#b"
	}
	return ""
}

func TestDraw(t *testing.T) {
	f := figures{"a": 100.0, "b": 25.0, "zero": 0.0, "minus": -1.0, "h": []Bin{{50, 1}, {100, 3}}, "empty": []Bin{{50, 0}},
		"a swings": []Swing{{Label: "<days> of history that is kept on local disks", Low: 50, High: 200, LowText: "50/s", HighText: "200/s", From: "7 d", To: "90 d"}, {Label: "rate", Low: 120, High: 80, LowText: "120/s", HighText: "80/s", From: "1", To: "9"}},
		"m1":       9.0, "m2": 0.0, "n1": 1.0, "n2": 1000.0}
	for _, tt := range []struct {
		name, source string
		want         []string
		fails        string
	}{
		{"bars", "bars messages a second\nours: a\n<b>: b", []string{`<rect class="series-0" x="240" y="4" width="290"`, `width="72.5"`, "&lt;b&gt;", "<td>25/s</td>", "messages a second"}, ""},
		{"nothing is a bar too", "bars x\nours: a\nnone: zero", []string{`width="1"`}, ""},
		{"histogram", "histogram window\nours: h", []string{`<path class="series-0 area"`, "75 % of them", "window, ms", "<td>100</td><td>3</td>"}, ""},
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
		{"tornado", "tornado sum\nours: a", []string{"&lt;days&gt; of history that is kept…", "&lt;days&gt; of history that is kept on local disks</th><td>7 d to 90 d</td><td>50</td><td>200</td>", `text-anchor="end">80</text>`, "sum, 100/s"}, ""},
		{"a tornado of two", "tornado x\nours: a\nyours: b", nil, "about one"},
		{"a tornado that nothing moves", "tornado x\nours: b", nil, "no input"},
		{"missing figures", "bars x\nours: nowhere", nil, "there is no nowhere"},
		{"unknown kind", "pie x\nours: a", nil, "begin with histogram, bars or tornado"},
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
