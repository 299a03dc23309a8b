package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"lockstep/site/decision"
)

// tomlFrontMatter splits a text whose front matter stands between lines "+++", as Hugo
// writes it. ok is false for a text that has none.
func (d *Document) tomlFrontMatter(src []byte) (f decision.Fields, body []byte, ok bool) {
	if !bytes.HasPrefix(src, []byte("+++\n")) {
		return nil, src, false
	}
	block, body, ok := bytes.Cut(src[4:], []byte("\n+++\n"))
	if !ok {
		if block, ok = bytes.CutSuffix(bytes.TrimRight(src[4:], "\n"), []byte("\n+++")); !ok {
			return nil, src, false
		}
	}
	d.speaks(dialectTOML)
	var values map[string]any
	if err := toml.Unmarshal(block, &values); err != nil {
		line, message := 0, err.Error()
		if parse := (toml.ParseError{}); errors.As(err, &parse) {
			line, message = parse.Position.Line, parse.Message
		}
		d.unread = true
		d.find(line+1, "front-matter", "the front matter is not valid TOML: "+message, "write one key = \"value\" a line")
		return nil, body, true
	}
	f = make(decision.Fields)
	for key, value := range values {
		key = strings.ToLower(key)
		f[key] = decision.Field{Values: tomlValues(value), Line: tomlLine(block, key)}
	}
	return f, body, true
}

var tomlKey = regexp.MustCompile(`^\s*"?([\w.-]+)"?\s*=`)

// tomlLine is the line of the file on which a key stands.
func tomlLine(block []byte, key string) int {
	for i, line := range bytes.Split(block, []byte("\n")) {
		if m := tomlKey.FindSubmatch(line); m != nil && strings.EqualFold(string(m[1]), key) {
			return i + 2
		}
	}
	return 2
}

// tomlValues flattens a value. Tables hold what is for another program.
func tomlValues(value any) (values []string) {
	switch v := value.(type) {
	case string:
		return []string{strings.TrimSpace(v)}
	case time.Time:
		return []string{v.Format(time.DateOnly)}
	case []any:
		for _, element := range v {
			values = append(values, tomlValues(element)...)
		}
	case map[string]any, nil:
	default:
		return []string{fmt.Sprint(v)}
	}
	return values
}
