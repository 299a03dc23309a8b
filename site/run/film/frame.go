package film

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Frame is what some lanes show at a moment of a run.
type Frame struct {
	At    time.Duration
	Lanes []Lane
}

// Lane is one way to order the chat. Says is its verdict so far.
type Lane struct {
	Name  string
	Kept  bool
	Says  string
	Chats []Chat
}

// Chat is the conversation as one member sees it. Where names the member's node.
type Chat struct {
	Where string
	Lines []Line
}

// Line is a message. Mark is "" or what is wrong with it, Says that in words.
type Line struct{ Seq, Text, Mark, Says string }

// Read takes lanes from a frame of the laboratory's page.
func Read(markup string, at time.Duration, lanes []string) (Frame, error) {
	page, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		return Frame{}, fmt.Errorf("read a frame: %w", err)
	}
	f := Frame{At: at}
	for _, name := range lanes {
		article := first(page, func(n *html.Node) bool { return get(n, "id") == "lane-"+name })
		if article == nil {
			return Frame{}, fmt.Errorf("the frame at %s has no lane %s", at, name)
		}
		l := Lane{Name: name, Kept: get(article, "data-kept") == "yes", Says: own(first(article, func(n *html.Node) bool { return get(n, "data-lane-verdict") != "" }))}
		for chat := range all(article, func(n *html.Node) bool { return get(n, "class") == "chat" }) {
			c := Chat{Where: text(first(chat, named("h5")))}
			for line := range all(chat, named("li")) {
				c.Lines = append(c.Lines, Line{Seq: text(first(line, named("b"))), Text: own(line), Mark: get(line, "data-m"), Says: text(first(line, named("em")))})
			}
			l.Chats = append(l.Chats, c)
		}
		f.Lanes = append(f.Lanes, l)
	}
	return f, nil
}

func named(tag string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && n.Data == tag }
}

func get(n *html.Node, name string) string {
	if n != nil {
		if i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }); i >= 0 {
			return n.Attr[i].Val
		}
	}
	return ""
}

func all(n *html.Node, is func(*html.Node) bool) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if is(d) && !yield(d) {
				return
			}
		}
	}
}

func first(n *html.Node, is func(*html.Node) bool) *html.Node {
	for d := range all(n, is) {
		return d
	}
	return nil
}

// text is that of an element, with single spaces.
func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	return spaced(n.Descendants())
}

// own is the text of an element without that of the elements in it.
func own(n *html.Node) string {
	if n == nil {
		return ""
	}
	return spaced(n.ChildNodes())
}

func spaced(nodes iter.Seq[*html.Node]) string {
	var b strings.Builder
	for n := range nodes {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
