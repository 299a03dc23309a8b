package formula

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func readCases(t testing.TB) (all [][3]string) {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range strings.Split(string(data), "== ")[1:] {
		parts := strings.SplitN(strings.TrimSuffix(c, "\n"), "\n", 3)
		all = append(all, [3]string(parts))
	}
	if len(all) < 20 {
		t.Fatalf("%d cases", len(all))
	}
	return all
}

// TestTranslate: each case is a formula and its MathML.
func TestTranslate(t *testing.T) {
	for _, c := range readCases(t) {
		math, said, err := Translate(c[1], false)
		got := strings.TrimSuffix(string(math), "</math>")
		_, got, _ = strings.Cut(got, ">")
		if err != nil {
			got = "error " + err.Error()
		}
		if got != c[2] {
			t.Errorf("%s: %s\nis   %s\nwant %s", c[0], c[1], got, c[2])
		}
		if err == nil {
			sound(t, string(math), said)
		}
	}
}

func TestTranslate_own_line(t *testing.T) {
	math, _, err := Translate("a < \"b\"", true)
	if want := `<math display="block" alttext="a &lt; &#34;b&#34;"><mrow>`; err != nil || !strings.HasPrefix(string(math), want) {
		t.Errorf("%s, %v", math, err)
	}
}

// elements are all that a formula may be made of.
var elements = strings.Fields("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mphantom menclose")

var attributes = strings.Fields("display alttext stretchy movablelimits mathvariant width linethickness accent accentunder minsize maxsize lspace rspace columnalign notation")

// sound fails the test if markup could run anything, is not balanced, or says something
// else than it shows.
func sound(t *testing.T, math, said string) {
	t.Helper()
	var open []string
	var text strings.Builder
	z := html.NewTokenizer(strings.NewReader(math))
	for z.Next() != html.ErrorToken {
		switch token := z.Token(); token.Type {
		case html.StartTagToken:
			open = append(open, token.Data)
			if !contains(elements, token.Data) {
				t.Errorf("element <%s> in %q", token.Data, math)
			}
			for _, a := range token.Attr {
				if !contains(attributes, a.Key) {
					t.Errorf("attribute %s in %q", a.Key, math)
				}
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> in %q closes nothing", token.Data, math)
			}
			open = open[:len(open)-1]
		case html.TextToken:
			text.WriteString(token.Data)
		default:
			t.Errorf("%v in %q", token, math)
		}
	}
	if len(open) > 0 {
		t.Errorf("%v stay open in %q", open, math)
	}
	if strings.ReplaceAll(text.String(), "\r", "\n") != strings.ReplaceAll(said, "\r", "\n") {
		t.Errorf("%q is shown and %q is said", text.String(), said)
	}
}

func contains(list []string, s string) bool {
	for _, entry := range list {
		if entry == s {
			return true
		}
	}
	return false
}

// TestTranslate_bounds: what is too long or too deep is refused.
func TestTranslate_bounds(t *testing.T) {
	for name, tex := range map[string]string{
		"long":    strings.Repeat("x", maxLength+1),
		"braces":  strings.Repeat("{", 4000) + "x" + strings.Repeat("}", 4000),
		"roots":   strings.Repeat(`\sqrt`, 1000) + "x",
		"hats":    strings.Repeat(`\hat `, 1500) + "x",
		"indices": strings.Repeat("x_", 4000) + "x",
		"nots":    strings.Repeat(`\not`, 1500) + "=",
		"cells":   `\begin{matrix}` + strings.Repeat("&", 3000) + `\end{matrix}`,
	} {
		if _, _, err := Translate(tex, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	for _, c := range readCases(f) {
		f.Add(c[1])
	}
	for command := range symbols {
		f.Add(command + "{x}_2")
	}
	f.Fuzz(func(t *testing.T, tex string) {
		if math, said, err := Translate(tex, true); err == nil {
			sound(t, string(math), said)
			if len(math) > 400*(len(tex)+1) {
				t.Errorf("%d bytes become %d", len(tex), len(math))
			}
		}
	})
}
