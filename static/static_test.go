package static

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestFiles_are_embedded(t *testing.T) {
	for _, name := range []string{"js/theme.js", "js/site.js", "js/reload.js", "vendor/idiomorph.js", "vendor/idiomorph.LICENSE", "icon.svg",
		"fonts/source-serif-4-latin-wght-normal.woff2", "fonts/source-serif-4.LICENSE"} {
		if info, err := fs.Stat(Files(), name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStylesheet asks no other host for anything, and every file it names exists.
func TestStylesheet(t *testing.T) {
	css, err := Stylesheet()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`url\("?([^")]+)"?\)`).FindAllStringSubmatch(string(css), -1) {
		if _, err := fs.Stat(Files(), strings.TrimPrefix(m[1], "../")); err != nil {
			t.Errorf("url(%s): %v", m[1], err)
		}
	}
	if strings.Contains(string(css), "://") || strings.Contains(string(css), "@import") {
		t.Error("the stylesheet leads elsewhere")
	}
	if strings.Count(string(css), "{") != strings.Count(string(css), "}") {
		t.Error("braces do not match")
	}
}

// TestTokens_contrast: what is read has a contrast of at least 4.5 to what it
// stands on, in both schemes (WCAG 2.2, 1.4.3); and the two dark blocks agree.
func TestTokens_contrast(t *testing.T) {
	data, err := fs.ReadFile(Files(), "css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s):root[^{]*\{(.*?)\n\s*\}`).FindAllStringSubmatch(string(data), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of tokens, want light and twice dark", len(blocks))
	}
	tokens := make([]map[string]string, 3)
	for i, block := range blocks {
		tokens[i] = make(map[string]string)
		for _, m := range regexp.MustCompile(`(--[\w-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(block[1], -1) {
			tokens[i][m[1]] = m[2]
		}
	}
	for name, value := range tokens[1] {
		if tokens[2][name] != value {
			t.Errorf("%s is %s by the system's dark and %s by the switch", name, value, tokens[2][name])
		}
	}
	text := []string{"--ink", "--ink-2", "--muted", "--accent", "--ok", "--warn", "--bad", "--info"}
	for i := range 8 {
		text = append(text, "--term-"+strconv.Itoa(i))
	}
	for i, scheme := range []string{"light", "dark"} {
		for _, on := range []string{"--bg", "--surface", "--code-bg"} {
			for _, name := range text {
				if c := contrast(tokens[i][name], tokens[i][on]); c < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", scheme, name, on, c)
				}
			}
		}
		for _, pair := range [][2]string{{"--on-accent", "--accent"}, {"--info", "--info-soft"}, {"--ok", "--ok-soft"}, {"--warn", "--warn-soft"}, {"--bad", "--bad-soft"}, {"--accent", "--accent-soft"}, {"--accent", "--warn-soft"}, {"--ink", "--accent-soft"}} {
			if c := contrast(tokens[i][pair[0]], tokens[i][pair[1]]); c < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", scheme, pair[0], pair[1], c)
			}
		}
	}
}

// contrast of two colours, as WCAG defines it.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(hex string) (l float64) {
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}
