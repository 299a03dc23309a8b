package run

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"lockstep/site"
	"lockstep/site/model/sheet"
)

// Place is where a figure stands: how it leads elsewhere.
type Place struct {
	Lab   string                   // address of the laboratory's page
	Title string                   // of the scenario
	Value func(dest string) string // address of a recorded value, "" for none
	Alone string                   // address at which it stands alone, "" if there is none
	Plays bool                     // the page can play the run: static/js/run.js
}

// marks are what is said of a message that is not as it was acknowledged.
var marks = map[string]func(Line) string{
	"moved":   func(l Line) string { return "was " + strconv.FormatUint(l.Was, 10) },
	"lost":    func(Line) string { return "lost" },
	"twice":   func(Line) string { return "twice" },
	"differs": func(Line) string { return "differs" },
}

// Draw is the figure: the chats, the verdict in words, and the way to the run.
func Draw(f Fence, result Result, still Still, p Place) site.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="run" id="%s"><div class="run-lanes">`, html.EscapeString(f.ID()))
	for _, lane := range f.Lanes {
		v := result.Lanes[lane]
		state, says := "kept", "✓ kept"
		if !v.Kept() {
			state, says = "broken", "✗ broken"
		}
		name := html.EscapeString(lane)
		fmt.Fprintf(&b, `<div class="run-lane %s" role="group" aria-label="lane %s"><p><b>%s</b> <span>%s</span></p><div class="run-chats">`, state, name, name, says)
		for _, c := range still.Chats[lane] {
			chat(&b, c)
		}
		b.WriteString("</div></div>")
	}
	b.WriteString("</div>")
	if p.Plays {
		b.WriteString(`<div class="run-controls"></div>`)
	}
	b.WriteString(`<p class="run-verdict">`)
	for i, lane := range f.Lanes {
		if i > 0 {
			b.WriteString("; ")
		}
		verdict(&b, f, lane, result.Lanes[lane], p)
	}
	b.WriteString(`.</p><figcaption>`)
	for _, piece := range f.Pieces() {
		linked(&b, piece.Text, p.Value(piece.Dest))
	}
	moment := strconv.FormatFloat(f.At.Seconds(), 'f', -1, 64) + " s"
	fmt.Fprintf(&b, ` <span class="run-way"><a href="%s#%s">Watch this run in the laboratory</a>: “%s”, %s after its beginning, seed %d, trace <code>%s</code>`,
		html.EscapeString(p.Lab), f.Link(), html.EscapeString(p.Title), moment, f.Seed, html.EscapeString(still.Trace))
	if p.Alone != "" {
		fmt.Fprintf(&b, `<span class="run-alone">. <a href="%s">The figure alone</a>, to be shown elsewhere</span>`, html.EscapeString(p.Alone))
	}
	b.WriteString("</span></figcaption></figure>\n")
	return site.HTML(b.String())
}

func chat(b *strings.Builder, c Chat) {
	at := "at " + c.Node
	if !c.Fresh {
		at += ", as it last answered"
	}
	fmt.Fprintf(b, `<div class="run-chat"><p>%s</p><ol>`, html.EscapeString(at))
	for _, l := range c.Lines {
		says := ""
		if mark := marks[l.Mark]; mark != nil {
			fmt.Fprintf(b, `<li class="%s">`, l.Mark)
			says = " <em>" + mark(l) + "</em>"
		} else {
			b.WriteString("<li>")
		}
		fmt.Fprintf(b, "<b>%d</b> <span>%s</span>%s</li>", l.Seq, html.EscapeString(l.Body), says)
	}
	b.WriteString("</ol></div>")
}

// verdict says what the exact judge found in a lane, each figure with its ground.
func verdict(b *strings.Builder, f Fence, lane string, v Verdict, p Place) {
	figure := func(member string, n int) {
		linked(b, sheet.Grouped(float64(n)), p.Value("evidence:"+Evidence+"#"+f.Run()+"."+lane+"."+member))
	}
	fmt.Fprintf(b, "<b>%s</b> ", html.EscapeString(lane))
	if v.Kept() {
		b.WriteString("kept all ")
		figure("acknowledged", v.Acknowledged)
		b.WriteString(" acknowledged messages")
		return
	}
	for i, c := range v.counts() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.word + " ")
		figure(c.member, c.n)
	}
	b.WriteString(" of ")
	figure("acknowledged", v.Acknowledged)
	b.WriteString(" acknowledged messages")
}

func linked(b *strings.Builder, text, href string) {
	if href == "" {
		b.WriteString(html.EscapeString(text))
		return
	}
	fmt.Fprintf(b, `<a class="value" href="%s">%s</a>`, html.EscapeString(href), html.EscapeString(text))
}
