package build

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"

	"lockstep/durable"
	"lockstep/site"
)

// BaselineName is the file of known findings where the configuration names none.
const BaselineName = "lockstep-baseline.json"

// A baseline lets a team begin with what is there and fail only on what is new. It
// knows a finding by file, rule and message, and not by line: text above it may
// change. How often it may come is counted.
type known struct {
	File    string `json:"file"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Times   int    `json:"times"`
}

var lineNumber = regexp.MustCompile(`\bline \d+`)

func knownAs(f site.Finding) known {
	return known{File: f.File, Rule: f.Rule, Message: lineNumber.ReplaceAllString(f.Message, "line …")}
}

// BaselineFile is where the known findings are, below the root.
func (t *Tree) BaselineFile() string { return cmp.Or(t.config.Baseline, BaselineName) }

// Fresh leaves out what the baseline knows. Known counts it, and gone counts what
// the baseline knows and nobody finds any more. Without a baseline all is fresh.
func (t *Tree) Fresh(findings []site.Finding) (fresh []site.Finding, knownTimes, gone int) {
	data, err := t.builder.root.ReadFile(t.BaselineFile())
	if errors.Is(err, fs.ErrNotExist) && t.config.Baseline == "" {
		return findings, 0, 0
	}
	var list []known
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return append(findings, site.Finding{File: t.BaselineFile(), Rule: "config", Message: "the baseline cannot be read: " + err.Error(),
			Mend: "write it: lockstep check --write-baseline"}), 0, 0
	}
	left := make(map[known]int)
	for _, k := range list {
		times := k.Times
		k.Times = 0
		left[k] += times
		gone += times
	}
	for _, f := range findings {
		if k := knownAs(f); left[k] > 0 && f.Severity != site.Warning {
			left[k]--
			gone--
			knownTimes++
			continue
		}
		fresh = append(fresh, f)
	}
	return fresh, knownTimes, gone
}

// WriteBaseline makes the errors among the findings known.
func (t *Tree) WriteBaseline(findings []site.Finding) error {
	times := make(map[known]int)
	for _, f := range site.Errors(findings) {
		times[knownAs(f)]++
	}
	list := make([]known, 0, len(times))
	for k, n := range times {
		k.Times = n
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b known) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(list); err != nil {
		return err
	}
	name := filepath.FromSlash(t.BaselineFile())
	if !filepath.IsLocal(name) {
		return fmt.Errorf("the baseline %s is not a file of the repository", name)
	}
	return durable.WriteFile(filepath.Join(t.builder.dir, name), data.Bytes(), 0o644)
}
