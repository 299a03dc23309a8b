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
		"fonts/source-serif-4.woff2", "fonts/source-serif-4.LICENSE"} {
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

// palettes are the colours by name: light, dark by the system, dark by the switch.
func palettes(t *testing.T) []map[string]string {
	t.Helper()
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
	return tokens
}

// TestTokens_contrast: what is read has a contrast of at least 4.5 to what it
// stands on, in both schemes (WCAG 2.2, 1.4.3); and the two dark blocks agree.
func TestTokens_contrast(t *testing.T) {
	tokens := palettes(t)
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

// TestMatrix_contrast: what stands on a shade of a matrix can be read.
func TestMatrix_contrast(t *testing.T) {
	rules, err := fs.ReadFile(Files(), "css/diagram.css")
	if err != nil {
		t.Fatal(err)
	}
	shades := regexp.MustCompile(`\.heat-[1-9] \{ --share: (\d+)%; \}`).FindAllStringSubmatch(string(rules), -1)
	if len(shades) != 5 {
		t.Fatalf("%d shades", len(shades))
	}
	for i, scheme := range []string{"light", "dark"} {
		colours := palettes(t)[i]
		for _, shade := range shades {
			share, _ := strconv.ParseFloat(shade[1], 64)
			if c := ratio(luminance(colours["--ink"]), mixed(colours["--bad"], colours["--surface"], share/100)); c < 4.5 {
				t.Errorf("%s: text on a shade of %s %% has a contrast of %.2f", scheme, shade[1], c)
			}
		}
	}
}

// mixed is the luminance of a mix of two colours in the space Oklab
// (bottosson.github.io/posts/oklab).
func mixed(a, b string, share float64) float64 {
	var lab [3]float64
	for _, c := range []struct {
		hex   string
		share float64
	}{{a, share}, {b, 1 - share}} {
		red, green, blue := linear(c.hex, 0), linear(c.hex, 1), linear(c.hex, 2)
		l := math.Cbrt(0.4122214708*red + 0.5363325363*green + 0.0514459929*blue)
		m := math.Cbrt(0.2119034982*red + 0.6806995451*green + 0.1073969566*blue)
		s := math.Cbrt(0.0883024619*red + 0.2817188376*green + 0.6299787005*blue)
		lab[0] += c.share * (0.2104542553*l + 0.7936177850*m - 0.0040720468*s)
		lab[1] += c.share * (1.9779984951*l - 2.4285922050*m + 0.4505937099*s)
		lab[2] += c.share * (0.0259040371*l + 0.7827717662*m - 0.8086757660*s)
	}
	l := math.Pow(lab[0]+0.3963377774*lab[1]+0.2158037573*lab[2], 3)
	m := math.Pow(lab[0]-0.1055613458*lab[1]-0.0638541728*lab[2], 3)
	s := math.Pow(lab[0]-0.0894841775*lab[1]-1.2914855480*lab[2], 3)
	return 0.2126*(4.0767416621*l-3.3077115913*m+0.2309699292*s) +
		0.7152*(-1.2684380046*l+2.6097574011*m-0.3413193965*s) +
		0.0722*(-0.0041960863*l-0.7034186147*m+1.7076147010*s)
}

// contrast of two colours, as WCAG defines it.
func contrast(a, b string) float64 { return ratio(luminance(a), luminance(b)) }

// ratio is the contrast of two luminances.
func ratio(la, lb float64) float64 {
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	return 0.2126*linear(hex, 0) + 0.7152*linear(hex, 1) + 0.0722*linear(hex, 2)
}

// linear is red, green or blue of a colour, as light adds up.
func linear(hex string, part int) float64 {
	v, _ := strconv.ParseUint(hex[1+2*part:3+2*part], 16, 8)
	c := float64(v) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
