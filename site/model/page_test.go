package model

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Each value that text may link to has one place on one page, the pages' links to
// each other lead somewhere, and nothing that a file says becomes markup.
func TestModel_Pages(t *testing.T) {
	hostile := `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	m, findings := load(t, map[string]string{
		"model/1-small.yaml":  small,
		"model/z.yaml":        fmt.Sprintf("title: %[1]q\nabout: %[1]q\ninputs:\n  z: {what: %[1]q, value: 1, provenance: cited, source: 'javascript:alert(1)', note: %[1]q}\nformulas:\n  zz: {what: w, formula: z * nodes.count / unit.node}\nasserts:\n  zzz: {what: %[1]q, note: %[1]q, assert: zz > 0}", hostile),
		"evidence/bench.json": strings.Replace(bench, `"ok"`, fmt.Sprintf("%q", hostile), 1),
	})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	pages, err := m.Pages()
	if err != nil {
		t.Fatal(err)
	}
	ids, hrefs := map[string]map[string]int{}, map[string][]string{}
	for _, page := range pages {
		ids[page.Path], hrefs[page.Path] = elements(t, string(page.Body))
		for _, heading := range page.Outline {
			if ids[page.Path][heading.ID] != 1 {
				t.Errorf("outline entry %q of %s leads to %d elements", heading.ID, page.Path, ids[page.Path][heading.ID])
			}
		}
	}
	for dest, want := range map[string]string{
		"model:sends.mean": "/model/small/#sends.mean", "model:users.daily?users.daily=4M": "/model/small/#users.daily", "model:zz": "/model/z/#zz",
		"evidence:bench#commit": "/model/evidence/bench/#evidence.bench.commit", "evidence:bench#lost": "/model/evidence/bench/#evidence.bench.lost", "evidence:bench#rate": "/model/evidence/bench/#evidence.bench.values.rate", "evidence:bench#window.all_ms.1": "/model/evidence/bench/#evidence.bench",
	} {
		anchor, ok := m.Anchor(dest)
		path, id, _ := strings.Cut(anchor, "#")
		if !ok || anchor != want || ids[path][id] != 1 {
			t.Errorf("Anchor(%q) = %q, %v, want %q; the page has %d elements with that id", dest, anchor, ok, want, ids[path][id])
		}
		if strings.HasPrefix(dest, "model:") && ids["/model/"][id] != 1 {
			t.Errorf("the list has %d elements with the id %s", ids["/model/"][id], id)
		}
	}
	here, there := 0, 0
	for path, list := range hrefs {
		for _, href := range list {
			base, err := url.Parse("https://example.org" + path)
			if err != nil {
				t.Fatal(err)
			}
			to, err := base.Parse(href)
			switch {
			case err != nil:
				t.Errorf("%s links to %q: %v", path, href, err)
			case to.Path == "/sources/" && to.Fragment == "price-list":
			case to.Fragment != "" && ids[to.Path][to.Fragment] != 1, ids[to.Path] == nil:
				t.Errorf("%s links to %q, which leads to %d elements", path, href, ids[to.Path][to.Fragment])
			case to.Path == path:
				here++
			default:
				there++
			}
		}
	}
	if here < 10 || there < 12 {
		t.Errorf("%d links within pages and %d between them: formulas do not lead to their operands", here, there)
	}
	for _, dest := range []string{"model:none", "evidence:bench#none", "mailto:x"} {
		if anchor, ok := m.Anchor(dest); ok {
			t.Errorf("Anchor(%q) = %q for a value that does not exist", dest, anchor)
		}
	}
}

// elements parses markup as a browser does and counts ids.
func elements(t *testing.T, body string) (ids map[string]int, hrefs []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ids = map[string]int{}
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && (node.Data == "script" || node.Data == "img" || node.Data == "style") {
			t.Errorf("the page has a <%s>", node.Data)
		}
		for _, attr := range node.Attr {
			switch {
			case attr.Key == "id":
				if ids[attr.Val]++; ids[attr.Val] > 1 {
					t.Errorf("id %q twice", attr.Val)
				}
			case attr.Key == "href":
				hrefs = append(hrefs, attr.Val)
			case attr.Key == "style" || strings.HasPrefix(attr.Key, "on"):
				t.Errorf("<%s> has the attribute %s", node.Data, attr.Key)
			}
		}
	}
	return ids, hrefs
}

func TestModel_Citations(t *testing.T) {
	got := loadSmall(t).Citations()
	if len(got) != 1 || got[0] != (Citation{ID: "price-list", File: "model/small.yaml", Line: 6}) {
		t.Errorf("Citations() = %+v", got)
	}
}

// The design's own model has no findings and gives what the arithmetic gives
// when it is done by hand.
func TestLoad_design(t *testing.T) {
	m, findings := Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	for _, f := range findings {
		t.Error(f)
	}
	gateways := 500e6 * 0.3 / 250e3 / 0.6 * 0.58 * 730
	for dest, want := range map[string]string{
		"model:sends.peak":                 formatNumber(500e6*40/86400*3, 3) + " msg/s",
		"model:cost.gateways":              "$" + formatNumber(gateways, 3) + "/month",
		"model:slo.budget":                 "21.6 min",
		"model:slo.budget?slo.target=99.9": "43.2 min",
		"model:burn.fast":                  "14.4",
		"model:room.sends?room.online=2M":  "333 msg/s",
		"model:cache.routes":               formatNumber(4096*32/1e3, 2) + " kB",
	} {
		if got, _ := m.Value(dest); got != want {
			t.Errorf("Value(%q) = %q, want %q", dest, got, want)
		}
	}
	sources, err := os.ReadFile("../../content/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(sources)) {
		if title, ok := strings.CutPrefix(line, "### "); ok {
			known[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), " ", "-")] = true
		}
	}
	for _, c := range m.Citations() {
		if !known[c.ID] {
			t.Errorf("%s:%d cites %q, which is not among the sources", c.File, c.Line, c.ID)
		}
	}
}

// TestLoad_design_broken: what the design promises in numbers hangs on its inputs. One
// of them, changed, breaks a promise in the line that makes it.
func TestLoad_design_broken(t *testing.T) {
	files := map[string]string{}
	for _, folder := range []string{"model", "evidence"} {
		list, err := os.ReadDir("../../content/" + folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			data, err := os.ReadFile("../../content/" + folder + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			files[folder+"/"+f.Name()] = string(data)
		}
	}
	for _, tt := range []struct{ file, input, value, broken string }{
		{"2-shards.yaml", "sequencer.rate", "2 k", "order.share"},
		{"2-shards.yaml", "sequencer.rate", "100 k", "sequencer.plan"}, // bolder than what was measured allows
		{"2-shards.yaml", "fleet.utilisation", "80", "zone.order"},     // six replicas on a machine
		{"2-shards.yaml", "fleet.utilisation", "70", "zone.gateways"},
		{"2-shards.yaml", "admission.limit", "200", "hall.admission"},
		{"2-shards.yaml", "shards.count", "1 k", "skew.current"}, // what was simulated is no longer what is asked
		{"3-caches.yaml", "socket.queue", "128", "gateway.memory"},
		{"3-caches.yaml", "dedupe.memory_window", "160", "sequencer.memory"},
		{"4-objectives.yaml", "zone.drain_errors", "33", ""},
		{"4-objectives.yaml", "slo.stall", "2", "stall.objective"},
		{"5-cost.yaml", "sockets.per_gateway", "50 k", ""},
		{"5-cost.yaml", "price.cross_zone", "1", "order.share"},
	} {
		changed := maps.Clone(files)
		text := files["model/"+tt.file]
		value := regexp.MustCompile(`(?s)(\n  ` + regexp.QuoteMeta(tt.input) + `:\n.*?value: )[^\n]+`).FindStringSubmatchIndex(text)
		if value == nil {
			t.Fatalf("there is no input %s in %s", tt.input, tt.file)
		}
		text = text[:value[3]] + tt.value + text[value[1]:]
		// A changed input may leave its range; what is asked here is what it breaks.
		changed["model/"+tt.file] = regexp.MustCompile(`(?s)(\n  `+regexp.QuoteMeta(tt.input)+`:\n.*?)    low: [^\n]+\n    high: [^\n]+\n`).ReplaceAllString(text, "${1}    low: 0\n    high: 1 bn\n")
		var broken []string
		_, findings := load(t, changed)
		for _, f := range findings {
			if f.Rule == "model-flip" {
				continue // a decision that the same input flips
			}
			if f.Rule != "assertion-broken" {
				t.Errorf("%s = %s: %v", tt.input, tt.value, f)
				continue
			}
			lines := strings.Split(changed[f.File], "\n")
			broken = append(broken, strings.TrimSuffix(strings.TrimSpace(lines[f.Line-3]), ":"))
		}
		if tt.broken == "" && len(broken) > 0 || tt.broken != "" && !slices.Contains(broken, tt.broken) {
			t.Errorf("%s = %s breaks %q, want %q", tt.input, tt.value, broken, tt.broken)
		}
	}
}
