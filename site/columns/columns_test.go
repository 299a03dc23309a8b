package columns

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const source = `Ada's phone | <Ben's> phone
41 Lunch? | 41 Lunch?
> 42 At one | ! 42 At <two>
-- the leader is replaced --
10,001 | ~ never came
 | = three are missing =
44 Where? |
-- an event ends a break --
* 45 Here |
`

func TestDraw(t *testing.T) {
	drawn, err := Draw(source, `A "title"`, "What <it> shows.")
	if err != nil {
		t.Fatal(err)
	}
	out := string(drawn)
	for _, want := range []string{
		`<caption class="visually-hidden">What &lt;it&gt; shows.</caption>`, `<th scope="col">&lt;Ben&#39;s&gt; phone</th>`,
		`<td class=""><div><b>41</b> <span>Lunch?</span></div></td>`,
		`<td class="own"><div><span class="visually-hidden">sent from here: </span><b>42</b> <span>At one</span></div></td>`,
		`<td class="breach"><div><span class="visually-hidden">breaks the promise: </span><b>42</b> <span>At &lt;two&gt;</span></div></td>`,
		`<tr class="event"><td colspan="2"><span>the leader is replaced</span></td></tr>`,
		`<b>10,001</b> <span></span>`, `<td class="absent"><div><span class="visually-hidden">not there: </span><span>never came</span></div></td>`,
		`<td></td><td class="gap" rowspan="2"><span>three are missing</span></td>`, `<tr><td class=""><div><b>44</b> <span>Where?</span></div></td></tr>`,
		`<tr><td class="turn"><div><b>45</b> <span>Here</span></div></td><td></td></tr>`, "<figcaption>A &#34;title&#34;</figcaption>",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if _, err := html.Parse(strings.NewReader(out)); err != nil || strings.Contains(out, "style=") {
		t.Errorf("not well formed, or with a style: %v", err)
	}
}

func TestDraw_refuses(t *testing.T) {
	for name, tt := range map[string]struct{ source, title, fails string }{
		"no words":          {source, "", "write ```columns title="},
		"one column":        {"Ada\n41 a", "t", "line 1 has 1 heads"},
		"five columns":      {"a | b | c | d | e\n1 | 1 | 1 | 1 | 1", "t", "line 1 has 5 heads"},
		"no rows":           {"Ada | Ben", "t", "0 lines below"},
		"too many rows":     {"Ada | Ben" + strings.Repeat("\n1 | 1", 17), "t", "17 lines below"},
		"a cell too few":    {"Ada | Ben\n41 a | 41 b\n42 a", "t", "line 3 has 1 cells for 2 heads"},
		"a cell too many":   {"Ada | Ben\n41 a | 41 b | 41 c", "t", "line 2 has 3 cells for 2 heads"},
		"nothing but space": {" \n ", "t", "line 1 has 1 heads"},
	} {
		if drawn, err := Draw(tt.source, tt.title, "alt"); err == nil || !strings.Contains(err.Error(), tt.fails) {
			t.Errorf("%s: %v, want %q; drawn %.80s", name, err, tt.fails, drawn)
		}
	}
}
