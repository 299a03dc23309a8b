package anchor

import (
	"unicode"

	"lockstep/site"
)

// Diff compares two texts word by word.
func Diff(old, now string) (spans []site.Span) {
	a, b := words(old), words(now)
	first := 0
	for first < len(a) && first < len(b) && a[first] == b[first] {
		first++
	}
	last := 0
	for last < len(a)-first && last < len(b)-first && a[len(a)-1-last] == b[len(b)-1-last] {
		last++
	}
	add := func(op byte, words []string) {
		for _, w := range words {
			if n := len(spans); n > 0 && spans[n-1].Op == op {
				spans[n-1].Text += w
			} else {
				spans = append(spans, site.Span{Op: op, Text: w})
			}
		}
	}
	add('=', a[:first])
	i, j := first, first
	for _, p := range common(a[first:len(a)-last], b[first:len(b)-last]) {
		add('-', a[i:first+p[0]])
		add('+', b[j:first+p[1]])
		add('=', a[first+p[0]:first+p[0]+1])
		i, j = first+p[0]+1, first+p[1]+1
	}
	add('-', a[i:len(a)-last])
	add('+', b[j:len(b)-last])
	add('=', a[len(a)-last:])
	return spans
}

// words cuts a text into words, each with the white space after it.
func words(text string) (out []string) {
	start, space := 0, false
	for i, r := range text {
		if s := unicode.IsSpace(r); s {
			space = true
		} else if space {
			out = append(out, text[start:i])
			start, space = i, false
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// marked splits the spans of the old text at a passage, and marks it. Start and
// end are code points of the old text.
func marked(spans []site.Span, start, end int) (out []site.Span) {
	at := 0
	for _, s := range spans {
		if s.Op == '+' {
			out = append(out, s)
			continue
		}
		text := []rune(s.Text)
		for _, cut := range [][2]int{{0, start - at}, {start - at, end - at}, {end - at, len(text)}} {
			from, to := min(max(cut[0], 0), len(text)), min(max(cut[1], 0), len(text))
			if from < to {
				out = append(out, site.Span{Op: s.Op, Text: string(text[from:to]), Quote: at+from >= start && at+to <= end})
			}
		}
		at += len(text)
	}
	return out
}

// Changes compares two texts: the blocks that changed, with a line break between
// them. Blocks that are the same are left out.
func Changes(old, now *Doc) (spans []site.Span) {
	a := align(old.Blocks, now.Blocks)
	add := func(more []site.Span) {
		if len(spans) > 0 {
			spans = append(spans, site.Span{Op: '=', Text: "\n"})
		}
		spans = append(spans, more...)
	}
	i := 0
	gone := func(upto int) {
		for ; i < upto; i++ {
			if a.toNew[i] < 0 {
				add([]site.Span{{Op: '-', Text: old.Blocks[i].Text}})
			}
		}
	}
	for j, b := range now.Blocks {
		switch from := a.toOld[j]; {
		case from < 0:
			add([]site.Span{{Op: '+', Text: b.Text}})
		default:
			gone(from)
			if a.changed[from] {
				add(Diff(old.Blocks[from].Text, b.Text))
			}
		}
	}
	gone(len(old.Blocks))
	return spans
}
