//go:build browser

package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"lockstep/site/pdf/pdftest"
)

// fewLetters are so few that a page of them looks like a mistake. The foot of a page has
// about as many.
const fewLetters = 150

// TestBrowserPrint prints a page of each kind. No sheet is nearly blank, none ends with
// a heading whose text is on the next, each sheet of a long table has its head, what is
// folded away on a screen is printed, navigation is not, and a superseded decision says
// so.
func TestBrowserPrint(t *testing.T) {
	address := serveSite(t, "--no-cluster")
	ctx := tab(t, address, 794, 1123)
	for _, path := range printed {
		sheets := printPage(t, ctx, address+path)
		for i, sheet := range sheets {
			if len(sheet.Text) < fewLetters {
				t.Errorf("%s: sheet %d of %d has %d letters: %q", path, i+1, len(sheets), len(sheet.Text), sheet.Text)
			}
		}
		var whole strings.Builder
		for _, sheet := range sheets {
			whole.WriteString(sheet.Text)
		}
		for _, heading := range eval[[]string](t, ctx, `[...document.querySelectorAll("main :is(h2, h3, h4)")].filter(e => e.checkVisibility()).map(e => e.textContent.replace(/[#\s]+/g, ""))`) {
			for i, sheet := range sheets[:len(sheets)-1] {
				if strings.HasSuffix(sheet.Text, heading) && strings.Count(whole.String(), heading) == 1 {
					t.Errorf("%s: sheet %d ends with the heading %s", path, i+1, heading)
				}
			}
		}
		for _, table := range eval[[][]string](t, ctx, `[...document.querySelectorAll("main table")].filter(e => e.tHead?.checkVisibility()).map(e => [e.tHead, e.tBodies[0].rows[0], [...e.rows].at(-1)].map(e => e.textContent.replace(/\s+/g, "")))`) {
			begin, end := sheetOf(sheets, table[1]), sheetOf(sheets, table[2])
			for i := begin; begin >= 0 && i <= end; i++ {
				if !strings.Contains(sheets[i].Text, table[0]) {
					t.Errorf("%s: on sheet %d a table has no head %q: %.300q", path, i+1, table[0], sheets[i].Text)
				}
			}
		}
	}
	if sheets := printPage(t, ctx, address+"/adr/0017-linearizable-reads-by-verify-leader/"); !strings.Contains(strings.ToLower(sheets[0].Text), "supersededby") {
		t.Error("in print the page does not say by what it is superseded")
	}
	do(t, ctx, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}), chromedp.Navigate(address+"/design/problem/"))
	if eval[bool](t, ctx, `[...document.querySelectorAll("nav")].some(e => e.checkVisibility())`) {
		t.Error("navigation is printed")
	}
	eval[bool](t, ctx, `document.querySelector(".prose").insertAdjacentHTML("afterbegin", "<details><summary>Folded</summary><p>Whatisfoldedaway</p></details>"), true`)
	if sheets := printTab(t, ctx); sheetOf(sheets, "Whatisfoldedaway") < 0 {
		t.Error("what is folded away is not printed")
	}
}

// printed are a page of each kind, and the longest table and the highest drawings.
var printed = []string{
	"/", "/design/", "/design/architecture/", "/design/failure-modes/", "/design/slos/", "/adr/", "/adr/0002-a-consensus-leader-decides-the-order/",
	"/runbook/seq-stall/", "/lab/", "/sources/", "/milestones/", "/model/",
}

func sheetOf(sheets []pdftest.Page, text string) int {
	for i, sheet := range sheets {
		if text != "" && strings.Contains(sheet.Text, text) {
			return i
		}
	}
	return -1
}

func printPage(t *testing.T, ctx context.Context, address string) []pdftest.Page {
	t.Helper()
	do(t, ctx, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}), chromedp.Navigate(address))
	return printTab(t, ctx)
}

// printTab prints what a tab shows, on A4.
func printTab(t *testing.T, ctx context.Context) []pdftest.Page {
	t.Helper()
	data, err := chromedp.Run(ctx, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) { p.PaperWidth, p.PaperHeight = 210/25.4, 297/25.4 }))
	if err != nil {
		t.Fatal(err)
	}
	return pdftest.Pages(t, pdftest.Read(t, data))
}
