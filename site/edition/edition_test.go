package edition_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/edition"
	"lockstep/site/pdf/pdftest"
)

func source(p *site.Page, article string) edition.Source {
	return edition.Source{Page: p, HTML: []byte(`<!doctype html><html><body><nav><a href="../">Home</a></nav><main><article class="article">` + article + `</article></main></body></html>`)}
}

// joined are two chapters and a decision, with whatever an article may hold.
func joined(t *testing.T, outside string) *edition.Edition {
	t.Helper()
	e, err := edition.Join([]edition.Source{
		source(&site.Page{Kind: site.KindDocument, Section: "design", Path: "/design/parts/", Title: `Parts "and" </style>`, Outline: []site.Heading{{Level: 2, ID: "send", Text: "Send"}, {Level: 2, ID: "gone", Text: "Gone"}}},
			`<header><h1>Parts</h1></header><h2 id="send">Send <a class="permalink" href="#send">#</a></h2>
			<p><a href="../../adr/0007-slots/" class="ref">ADR-0007</a> and <a href="../../adr/0007-slots/">again</a>, <a class="term" href="../order/#send">term</a>, <a href="#send">above</a>,
			<a href="../order/#send">order</a>, <a href="../order/#nowhere">nowhere</a>, <a href="../../model/evidence/run/#a%20b">run</a>, <a href="https://example.org/">out</a></p>
			<svg><marker id="head"></marker><path marker-end="url(#head)"/></svg><img src="../../files/a.png" loading="lazy"><nav>All 4</nav><noscript>No script.</noscript><button id="b">Copy</button>
			<section class="play"><input></section><section class="play"><input></section><p aria-labelledby="send head">x</p>`),
		source(&site.Page{Kind: site.KindDocument, Section: "design", Path: "/design/order/", Title: "Order"}, `<h1>Order</h1><h2 id="send">Send</h2>`),
		source(&site.Page{Kind: site.KindSection, Section: "design", Path: "/design/", Title: "Design"}, `<h1>Design</h1>`),
		source(&site.Page{Kind: site.KindModel, Section: "model", Path: "/model/evidence/run/", Title: "Evidence: run"}, `<h1>Run</h1>`),
		source(&site.Page{Kind: site.KindDecision, Section: "adr", Path: "/adr/0007-slots/", Title: "Slots", Decision: &site.Decision{ID: "ADR-0007"}}, `<h1>Slots</h1>`),
	}, strings.ToUpper, func(path string) string {
		if outside == "" {
			return ""
		}
		return outside + path
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestJoin(t *testing.T) {
	e := joined(t, "https://example.org")
	type chapter struct{ ID, Number, Title string }
	var got []chapter
	for _, part := range e.Parts {
		for _, c := range part.Chapters {
			got = append(got, chapter{c.ID, part.Title + " " + c.Number, c.Title})
		}
	}
	if diff := cmp.Diff([]chapter{{"e1", "DESIGN 1.1", `Parts "and" </style>`}, {"e2", "DESIGN 1.2", "Order"}, {"e3", "ADR ADR-0007", "Slots"}}, got); diff != "" {
		t.Errorf("chapters (-want +got):\n%s", diff)
	}
	if len(e.Left) != 1 || e.Left[0].Path != "/model/evidence/run/" {
		t.Errorf("left out: %v", e.Left)
	}
	first := e.Parts[0].Chapters[0]
	if diff := cmp.Diff([]site.Heading{{Level: 2, ID: "e1-send", Text: "Send"}}, first.Headings); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
	body := string(first.Body(nil))
	for _, want := range []string{
		`<h2>Parts</h2>`, `<h3 id="e1-send">Send </h3>`, `<a class="ref" href="#e3">ADR-0007</a> and`, `<a href="#e1-send">above</a>`, `<a href="#e2-send">order</a>`, `<a href="#e2">nowhere</a>`,
		`<a href="https://example.org/model/evidence/run/#a%20b">run</a>`, `<a href="https://example.org/">out</a>`, `<marker id="e1-head">`, `url(#e1-head)`, `<img src="../files/a.png"/>`, `aria-labelledby="e1-send e1-head"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the chapter has no %s:\n%s", want, body)
		}
	}
	if n := strings.Count(body, "can be moved here"); n != 1 {
		t.Errorf("it is said %d times that inputs are left out", n)
	}
	for _, gone := range []string{"<button", "<input", "permalink", "data-page", "<nav", "<noscript"} {
		if strings.Contains(body, gone) {
			t.Errorf("the chapter has %s:\n%s", gone, body)
		}
	}
	// A page is named once a chapter, and not behind a word that is explained.
	paged := string(first.Body(edition.Numbers{"e3": 31, "e2-send": 9, "e2": 8}))
	if diff := cmp.Diff([]string{"31", "9", "8"}, pages(paged)); diff != "" || !strings.Contains(paged, `ADR-0007</a><span class="page-of">, page 31</span> and`) {
		t.Errorf("pages (-want +got):\n%s\n%s", diff, paged)
	}
	if words := string(joined(t, "").Parts[0].Chapters[0].Body(nil)); !strings.Contains(words, "<span>run</span>") {
		t.Errorf("where no site is known a link to it stays: %s", words)
	}
}

var pageOf = regexp.MustCompile(`, page (\d+)<`)

func pages(html string) (numbers []string) {
	for _, m := range pageOf.FindAllStringSubmatch(html, -1) {
		numbers = append(numbers, m[1])
	}
	return numbers
}

// TestStylesheet: no title ends the string that it stands in.
func TestStylesheet(t *testing.T) {
	css := string(joined(t, "").Stylesheet("A \"title\"\n}"))
	if strings.Contains(css, "</style>") || !strings.Contains(css, `content: "A \22 title\22 \a \7d "`) || !strings.Contains(css, `#e3 { page: e3 }`) || !strings.Contains(css, `"ADR-0007  Slots"`) {
		t.Errorf("the running heads are\n%s", css)
	}
}

// TestPaginate: the numbers that are shown are those of the file that is given. A
// document whose numbers move it each time is refused, as is a file that does not say
// where something is.
func TestPaginate(t *testing.T) {
	e := joined(t, "")
	places := func(shift int) map[string]int {
		return map[string]int{"e1": 2, "e1-send": 2, "e2": 3 + shift, "e2-send": 3 + shift, "e3": 4 + shift}
	}
	var shown []edition.Numbers
	var printed []byte
	data, err := edition.Paginate(e, func(pass int, numbers edition.Numbers) ([]byte, error) {
		shown = append(shown, numbers)
		// With numbers, the contents take a sheet more.
		printed = pdftest.Printed(9, places(min(pass-1, 1)))
		return printed, nil
	})
	if err != nil || len(shown) != 3 || string(data) != string(printed) {
		t.Fatalf("%d passes, %v", len(shown), err)
	}
	if diff := cmp.Diff(edition.Numbers(places(1)), shown[2]); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if _, err := edition.Paginate(e, func(pass int, _ edition.Numbers) ([]byte, error) { return pdftest.Printed(9, places(pass%2)), nil }); !errors.Is(err, edition.ErrUnstable) {
		t.Errorf("numbers that never settle: %v", err)
	}
	if _, err := edition.Paginate(e, func(int, edition.Numbers) ([]byte, error) { return pdftest.Printed(9, map[string]int{"e1": 1}), nil }); err == nil || !strings.Contains(err.Error(), "e1-send") {
		t.Errorf("a file that does not say where a heading is: %v", err)
	}
	stop := errors.New("stopped")
	if _, err := edition.Paginate(e, func(int, edition.Numbers) ([]byte, error) { return nil, stop }); !errors.Is(err, stop) {
		t.Errorf("a printer that stops: %v", err)
	}
}
