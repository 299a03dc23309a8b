package diagram

import (
	"fmt"
	"html"
	"strings"

	"oss.terrastruct.com/d2/d2compiler"
	"oss.terrastruct.com/d2/d2graph"
)

// A sequence diagram of plain actors and messages is drawn here and not by D2, which
// gives each message so much room that a phone shows a half of it. Places are shares
// of the room that there is, so letters keep their size and the drawing fits.
type sequence struct {
	actors []string
	steps  []step
}

type step struct {
	from, to int
	link
}

// readSequence gives false for a text that is no sequence diagram, or that has more
// in it than actors and messages: groups, notes, styles. D2 draws those.
func readSequence(source string) (s sequence, ok bool) {
	graph, _, err := d2compiler.Compile("", strings.NewReader(source), nil)
	if err != nil || !graph.Root.IsSequenceDiagram() || len(graph.Layers)+len(graph.Scenarios)+len(graph.Steps) > 0 {
		return s, false
	}
	index := make(map[*d2graph.Object]int)
	for i, o := range graph.Objects {
		if o.Parent != graph.Root || o.IsSequenceDiagramGroup() || len(o.ChildrenArray) > 0 || !plain(o.Attributes) {
			return s, false
		}
		index[o] = i
		s.actors = append(s.actors, o.Label.Value)
	}
	for _, e := range graph.Edges {
		if !plain(e.Attributes) || e.SrcArrow == e.DstArrow {
			return s, false
		}
		st := step{index[e.Src], index[e.Dst], link{from: e.Src.Label.Value, to: e.Dst.Label.Value, label: e.Label.Value, dst: true}}
		if e.SrcArrow {
			st.from, st.to, st.link.from, st.link.to = st.to, st.from, st.link.to, st.link.from
		}
		s.steps = append(s.steps, st)
	}
	return s, len(s.actors) >= 2 && len(s.actors) <= 6 && len(s.steps) > 0
}

// plain is a label and nothing else.
func plain(a d2graph.Attributes) bool {
	return a.Language == "" && a.Icon == nil && a.Link == nil && a.Tooltip == nil && a.Style == (d2graph.Style{}) &&
		(a.Shape.Value == "" || a.Shape.Value == "rectangle")
}

const (
	stepHeight = 42
	// phone is the least room that a drawing has, and letter how wide a letter is.
	phone  = 250.0
	letter = 6.4
)

func (s sequence) draw(title, alt, key string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="sequence of-%d"><div class="actors" aria-hidden="true">`, len(s.actors))
	for _, actor := range s.actors {
		fmt.Fprintf(&b, "<span>%s</span>", strings.ReplaceAll(html.EscapeString(actor), "\n", " "))
	}
	height := len(s.steps)*stepHeight + 12
	fmt.Fprintf(&b, `</div><svg role="img" aria-labelledby="t-%[1]s d-%[1]s" width="100%%" height="%[2]d"><title id="t-%[1]s">%[3]s</title><desc id="d-%[1]s">%[4]s</desc>`,
		key, height, html.EscapeString(title), html.EscapeString(alt))
	for i := range s.actors {
		fmt.Fprintf(&b, `<line class="life" x1="%s" x2="%[1]s" y1="0" y2="%d"></line>`, share(s.place(i)), height)
	}
	for i, st := range s.steps {
		y := i*stepHeight + 34
		from, to := s.place(st.from), s.place(st.to)
		text := html.EscapeString(strings.ReplaceAll(st.label, "\n", " "))
		if st.from == st.to {
			// A loop, on the side where there is room.
			side, end := 1, "start"
			if from > 0.5 {
				side, end = -1, "end"
			}
			fmt.Fprintf(&b, `<svg x="%s" y="%d"><path class="message" d="M0 -14h%dv14h%d"></path><path class="head" d="M0 0l%d -4v8z"></path></svg><text x="%[1]s" y="%[6]d" dx="%[7]d" text-anchor="%[8]s">%[9]s</text>`,
				share(from), y, 18*side, -16*side, 8*side, y-3, 26*side, end, text)
			continue
		}
		back := 8
		if to > from {
			back = -8
		}
		x, end := label(from, to, float64(len([]rune(st.label)))*letter/phone)
		fmt.Fprintf(&b, `<line class="message" x1="%s" x2="%s" y1="%d" y2="%[3]d"></line><svg x="%[2]s" y="%[3]d"><path class="head" d="M0 0l%[4]d -4v8z"></path></svg><text x="%[5]s" y="%[6]d" text-anchor="%[7]s">%[8]s</text>`,
			share(from), share(to), y, back, share(x), y-7, end, text)
	}
	b.WriteString("</svg></div>")
	return b.String()
}

// place is where an actor's line stands.
func (s sequence) place(actor int) float64 {
	return (float64(actor) + 0.5) / float64(len(s.actors))
}

// label is where the text of a message stands: in its middle, or where it fits into
// the room of a phone, of which long is the share that it takes.
func label(from, to, long float64) (x float64, anchor string) {
	left, right := min(from, to), max(from, to)
	switch middle := (left + right) / 2; {
	case middle-long/2 >= 0 && middle+long/2 <= 1:
		return middle, "middle"
	case middle < 0.5 && left+long <= 1:
		return left, "start"
	case middle < 0.5:
		return 0, "start"
	case right-long >= 0:
		return right, "end"
	}
	return 1, "end"
}

func share(v float64) string { return fmt.Sprintf("%.4g%%", 100*v) }
