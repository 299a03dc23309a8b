package diagram

import (
	"errors"
	"html"
	"regexp"
	"strings"
)

var (
	styleElement = regexp.MustCompile(`(?s)<style.*?</style>`)
	styleAttr    = regexp.MustCompile(` style="([^"]*)"`)
	classed      = regexp.MustCompile(`<[a-z]+ [^>]*class="[^"]*(?:fill|stroke)-[A-Z]+\d?[^>]*>`)
	paint        = regexp.MustCompile(` (fill|stroke)="#[0-9A-Fa-f]+"`)
	background   = regexp.MustCompile(`<rect x="[^"]*" y="[^"]*" width="[^"]*" height="[^"]*" rx="[^"]*" fill="#[0-9A-Fa-f]*" class=" fill-N7" stroke-width="0" />`)
	outer        = regexp.MustCompile(`^<svg [^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>`)
	group        = regexp.MustCompile(`<g class="[A-Za-z0-9+/]+=*">`)
	decimals     = regexp.MustCompile(`(\.\d*?)0+([" ,])`)
)

// errForbidden is for parts of D2 that would bring foreign markup, pictures or
// links onto the page.
var errForbidden = errors.New("markdown labels, icons and links are not drawn here: use plain labels")

// restyle takes the colours, fonts and styles out of D2's drawing. What colours
// a shape is then the class that D2 gives it, and static/css/diagram.css says
// what the classes mean.
func restyle(svg, key, title, alt string) (string, error) {
	for _, bad := range []string{"<foreignObject", "<image", "<a ", "<script", "javascript:"} {
		if strings.Contains(svg, bad) {
			return "", errForbidden
		}
	}
	svg = styleElement.ReplaceAllString(svg, "")
	svg = background.ReplaceAllString(svg, "")
	svg = styleAttr.ReplaceAllStringFunc(svg, func(attr string) string {
		return presentation(styleAttr.FindStringSubmatch(attr)[1])
	})
	svg = classed.ReplaceAllStringFunc(svg, func(element string) string {
		return paint.ReplaceAllStringFunc(element, func(attr string) string {
			// A colour that the author chose has no class and stays.
			if name := strings.TrimSpace(attr[:strings.Index(attr, "=")]); strings.Contains(element, name+"-") {
				return ""
			}
			return attr
		})
	})
	svg = group.ReplaceAllString(svg, "<g>")
	svg = decimals.ReplaceAllString(svg, "$1$2")
	svg = strings.NewReplacer(`." `, `" `, `. `, ` `, `.,`, `,`, `."`, `"`, `class=" `, `class="`).Replace(svg)
	size := outer.FindStringSubmatch(svg)
	if size == nil {
		return "", errors.New("the drawing has no size")
	}
	describedBy, desc := "", ""
	if alt != "" {
		describedBy = ` aria-describedby="d-` + key + `"`
		desc = `<desc id="d-` + key + `">` + html.EscapeString(alt) + `</desc>`
	}
	head := `<svg class="d2" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t-` + key + `"` + describedBy +
		` width="` + size[1] + `" height="` + size[2] + `" viewBox="0 0 ` + size[1] + ` ` + size[2] + `">` +
		`<title id="t-` + key + `">` + html.EscapeString(title) + `</title>` + desc
	return head + svg[len(size[0]):], nil
}

// presentation turns declarations into attributes, which the policy allows.
func presentation(style string) string {
	var b strings.Builder
	for _, declaration := range strings.Split(style, ";") {
		name, value, ok := strings.Cut(declaration, ":")
		if name = strings.TrimSpace(name); ok && name != "" && !strings.HasPrefix(name, "--") {
			b.WriteString(` ` + name + `="` + strings.TrimSpace(value) + `"`)
		}
	}
	return b.String()
}
