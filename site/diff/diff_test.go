package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/markdown"
)

// parse gives a text as the site would.
func parse(source string) diff.Text {
	d := markdown.New(markdown.Options{}).Parse("a.md", []byte(source), site.KindDocument)
	return diff.Text{Blocks: d.Blocks(), Source: source}
}

// side puts one of the texts together from the pieces: the words of its blocks in order,
// those that moved apart.
func side(pieces []site.Piece, old bool) (texts, moved []string) {
	leave := byte('-')
	if old {
		leave = '+'
	}
	of := func(spans []site.Span) (text string) {
		for _, s := range spans {
			if s.Op != leave {
				text += s.Text
			}
		}
		return text
	}
	for _, p := range pieces {
		switch {
		case old && (p.Op == site.PieceNew || p.Op == site.PieceMoved), !old && (p.Op == site.PieceGone || p.Op == site.PieceAway):
			if p.Op == site.PieceMoved {
				moved = append(moved, text(p, of))
			}
			continue
		case p.Op == site.PieceMarkup:
			texts = append(texts, "markup of "+p.Kind)
			continue
		}
		texts = append(texts, text(p, of))
	}
	return texts, moved
}

func text(p site.Piece, of func([]site.Span) string) string {
	var b strings.Builder
	b.WriteString(of(p.Spans))
	for _, r := range p.Rows {
		for _, cell := range r.Cells {
			if c := of(cell); c != "" {
				b.WriteString(c)
				if p.Kind == "table" {
					b.WriteByte('\n')
				}
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func words(t diff.Text) (texts []string) {
	for _, p := range diff.Compare(t, t) {
		texts = append(texts, text(p, func(spans []site.Span) (all string) {
			for _, s := range spans {
				all += s.Text
			}
			return all
		}))
	}
	return texts
}

// document is a text at random, of a few words, so that blocks are alike.
func document(t *rapid.T) []string {
	some := rapid.SampledFrom([]string{"alpha", "beta", "gamma delta", "one two three four five six seven", "eight **nine** ten", "漢字仮名交じり", "[x](y.md)", "a <b> & c", "", "2"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		line := strings.TrimSpace(strings.Join(rapid.SliceOfN(some, 1, 4).Draw(t, "words"), " "))
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			return "## " + line
		case 1:
			return "- " + line + "\n- " + some.Draw(t, "item")
		case 2:
			var b strings.Builder
			columns := rapid.IntRange(1, 4).Draw(t, "columns")
			b.WriteString("|" + strings.Repeat(" h "+some.Draw(t, "head")+" |", columns) + "\n|" + strings.Repeat("---|", columns) + "\n")
			for range rapid.IntRange(0, 5).Draw(t, "rows") {
				b.WriteString("|")
				for range columns {
					b.WriteString(" " + some.Draw(t, "cell") + " |")
				}
				b.WriteString("\n")
			}
			return b.String()
		case 3:
			return "```\n" + line + "\n" + some.Draw(t, "line") + "\nend\n```"
		default:
			return line
		}
	}), 0, 12).Draw(t, "blocks")
}

// TestCompare_applied: both texts can be put together from the pieces; what moved is in
// both, and a text beside itself has nothing but what is the same.
func TestCompare_applied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := document(t)
		after := slices.Clone(before)
		for range rapid.IntRange(0, 4).Draw(t, "edits") {
			switch at := rapid.IntRange(0, max(0, len(after)-1)).Draw(t, "at"); {
			case len(after) == 0 || rapid.Bool().Draw(t, "new"):
				after = append(after, document(t)...)
			case rapid.Bool().Draw(t, "gone"):
				after = slices.Delete(after, at, at+1)
			case rapid.Bool().Draw(t, "move"):
				block := after[at]
				after = append(slices.Delete(after, at, at+1), block)
			default:
				after[at] += " more"
			}
		}
		old, now := parse(strings.Join(before, "\n\n")), parse(strings.Join(after, "\n\n"))
		pieces := diff.Compare(old, now)
		hasMarkup := slices.ContainsFunc(pieces, func(p site.Piece) bool { return p.Op == site.PieceMarkup })
		if texts, _ := side(pieces, false); !hasMarkup {
			if d := cmp.Diff(words(now), texts); d != "" {
				t.Fatalf("the new text cannot be put together (-text +pieces):\n%s", d)
			}
		}
		texts, moved := side(pieces, true)
		if !hasMarkup {
			if d := cmp.Diff(words(old), texts); d != "" {
				t.Fatalf("the old text cannot be put together (-text +pieces):\n%s", d)
			}
		}
		for _, m := range moved {
			if !slices.Contains(texts, m) {
				t.Fatalf("%q moved from nowhere", m)
			}
		}
		for _, p := range diff.Compare(now, now) {
			if p.Op != site.PieceSame {
				t.Fatalf("a text differs from itself: %+v", p)
			}
		}
		if folded, omitted := diff.Fold(diff.Compare(now, now)); omitted != 0 || len(folded) > 1 {
			t.Fatalf("a text beside itself shows %+v", folded)
		}
	})
}

// say writes pieces for people who read tests.
func say(pieces []site.Piece) (lines []string) {
	marks := map[byte]string{'=': "%s", '-': "[-%s-]", '+': "{+%s+}"}
	for _, p := range pieces {
		line := string(p.Op) + " " + p.Kind + ": "
		if p.Op == site.PieceSkipped {
			line = fmt.Sprintf("… %d", p.Skipped)
		}
		for _, s := range p.Spans {
			line += fmt.Sprintf(marks[s.Op], s.Text)
		}
		for _, r := range p.Rows {
			line += fmt.Sprintf("\n %c", r.Op)
			for _, cell := range r.Cells {
				for _, s := range cell {
					line += " " + fmt.Sprintf(marks[s.Op], strings.TrimSuffix(s.Text, "\n"))
				}
				line += " |"
			}
		}
		if p.From != nil {
			line += " (" + strings.Join(p.From, " > ") + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// TestCompare_said: what a reader would say has changed.
func TestCompare_said(t *testing.T) {
	for name, tt := range map[string]struct {
		old, now string
		want     []string
	}{
		"words":                  {"The log is flushed once a second.\n", "The log is flushed at once.\n", []string{"edited paragraph: The log is flushed [-once a second-]{+at once+}."}},
		"letters without spaces": {"決定は昨日変わった。\n", "決定は今日変わった。\n", []string{"edited paragraph: 決定は[-昨-]{+今+}日変わった。"}},
		"a block is new":         {"One.\n\nTwo.\n", "One.\n\nA third thing.\n\nTwo.\n", []string{"same paragraph: One.", "new paragraph: {+A third thing.+}", "same paragraph: Two."}},
		"a block moved": {"## A\n\nThis paragraph has a few words in it.\n\nB one.\n\nC two.\n\n## D\n\nLast.\n", "## A\n\nB one.\n\nC two.\n\n## D\n\nLast.\n\nThis paragraph has few words in it.\n",
			[]string{"same heading: A", "away paragraph: [-This paragraph has a few words in it.-] (D)", "same paragraph: B one.", "… 2", "same paragraph: Last.",
				"moved paragraph: This paragraph has [-a -]few words in it. (A)"}},
		"a cell": {"| k | v |\n|---|---|\n| a | 1 |\n| b | 2 |\n| c | 3 |\n| d | 4 |\n", "| k | v |\n|---|---|\n| a | 1 |\n| b | 2 |\n| c | 3 |\n| d | 5 |\n| e | 6 |\n",
			[]string{"edited table: \n = k | v |\n .\n = c | 3 |\n ~ d | [-4-] {+5+} |\n + {+e+} | {+6+} |"}},
		"a column": {"| k | v |\n|---|---|\n| a | 1 |\n", "| k | new | v |\n|---|---|---|\n| a | x | 1 |\n",
			[]string{"edited table: \n ~ k | {+new+} | v |\n ~ a | {+x+} | 1 |"}},
		"code":        {"```\na\nb\nc\n```\n", "```\na\nx\nc\n```\n", []string{"edited code: \n = a |\n - [-b-] |\n + {+x+} |\n = c |"}},
		"a link":      {"See [it](a.md) here.\n", "See [it](b.md) here.\n", []string{"markup paragraph: See [it]([-a-]{+b+}.md) here."}},
		"layout only": {"One two\nthree.\n\n- a\n- b\n", "One\ntwo three.\n\n* a\n* b\n", []string{"… 3"}},
		"the status":  {"---\nstatus: draft\n---\n# T\n\nText.\n", "---\nstatus: done\n---\n# T\n\nText.\n", []string{"… 2", "edited status: Status: [-draft-]{+done+}"}},
	} {
		t.Run(name, func(t *testing.T) {
			pieces, _ := diff.Fold(diff.Compare(parse(tt.old), parse(tt.now)))
			if d := cmp.Diff(tt.want, say(pieces)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestCompare_bounded: a text made to be compared for ever is compared in a moment, and
// nothing of it is lost.
func TestCompare_bounded(t *testing.T) {
	many := func(n int, item func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(item(i))
		}
		return b.String()
	}
	for name, pair := range map[string][2]string{
		"paragraphs": {many(3000, func(i int) string { return fmt.Sprintf("a b c %d\n\n", i%7) }), many(3000, func(i int) string { return fmt.Sprintf("b c a %d\n\n", i%5) })},
		"words":      {many(60000, func(i int) string { return fmt.Sprintf("w%d ", i%3) }), many(60000, func(i int) string { return fmt.Sprintf("w%d ", i%4) })},
		"rows":       {"| a | b |\n|---|---|\n" + many(8000, func(i int) string { return fmt.Sprintf("| x%d y | z |\n", i) }), "| a | b |\n|---|---|\n" + many(8000, func(i int) string { return fmt.Sprintf("| y z | x%d |\n", i) })},
		"columns":    {"|" + many(3000, func(i int) string { return " a |" }) + "\n|" + many(3000, func(i int) string { return "---|" }) + "\n", "|" + many(2999, func(i int) string { return " b |" }) + "\n|" + many(2999, func(i int) string { return "---|" }) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			old, now := parse(pair[0]), parse(pair[1])
			begun := time.Now()
			pieces := diff.Compare(old, now)
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			if texts, _ := side(pieces, false); !slices.Equal(texts, words(now)) {
				t.Error("the new text cannot be put together from the pieces")
			}
			folded, omitted := diff.Fold(pieces)
			size := 0
			for _, p := range folded {
				size += p.Size()
			}
			if size > 450_000 || omitted > len(pieces) {
				t.Errorf("%d bytes are shown, %d pieces omitted", size, omitted)
			}
		})
	}
}
