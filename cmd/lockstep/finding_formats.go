package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/reference"
)

// findingFormats are the forms in which findings are printed, each such that a forge
// shows them at their lines.
var findingFormats = map[string]func(io.Writer, []site.Finding) error{
	"plain":  func(w io.Writer, all []site.Finding) error { printFindings(w, all); return nil },
	"json":   func(w io.Writer, all []site.Finding) error { return findingsJSON(w, append([]site.Finding{}, all...)) },
	"github": writeGitHub,
	"sarif":  writeSARIF,
	"gitlab": writeGitLab,
}

const formatNames = "plain, json, github, sarif, gitlab"

func findingsJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// writeGitHub writes workflow commands, which GitHub shows at the lines of a pull
// request.
func writeGitHub(w io.Writer, all []site.Finding) error {
	for _, f := range all {
		level := "error"
		if f.Severity == site.Warning {
			level = "warning"
		}
		if _, err := fmt.Fprintf(w, "::%s file=%s,line=%d,title=%s::%s\n", level, githubProperty(f.File), max(f.Line, 1), githubProperty(f.Rule), githubData(withMend(f))); err != nil {
			return err
		}
	}
	return nil
}

// githubData escapes what would end a command.
func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(githubData(s))
}

func withMend(f site.Finding) string {
	if f.Mend == "" {
		return f.Message
	}
	return f.Message + "\nmend: " + f.Mend
}

// fingerprint tells a finding from others, wherever its line has moved to.
func fingerprint(f site.Finding) string {
	sum := sha256.Sum256([]byte(f.File + "\x00" + f.Rule + "\x00" + f.Message))
	return hex.EncodeToString(sum[:16])
}

// writeGitLab writes a report of GitLab's code quality.
func writeGitLab(w io.Writer, all []site.Finding) error {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	issues := []issue{}
	for _, f := range all {
		severity := "major"
		if f.Severity == site.Warning {
			severity = "minor"
		}
		issues = append(issues, issue{withMend(f), f.Rule, fingerprint(f), severity, location{f.File, lines{max(f.Line, 1)}}})
	}
	return findingsJSON(w, issues)
}

// writeSARIF writes the form that code scanning reads (SARIF 2.1.0).
func writeSARIF(w io.Writer, all []site.Finding) error {
	type object = map[string]any
	var ids []string
	results := []object{}
	for _, f := range all {
		level := "error"
		if f.Severity == site.Warning {
			level = "warning"
		}
		ids = append(ids, f.Rule)
		results = append(results, object{"ruleId": f.Rule, "level": level, "message": object{"text": withMend(f)}, "partialFingerprints": object{"finding/v1": fingerprint(f)},
			"locations": []object{{"physicalLocation": object{"artifactLocation": object{"uri": sarifURI(f.File)}, "region": object{"startLine": max(f.Line, 1)}}}}})
	}
	slices.Sort(ids)
	rules := []object{}
	for _, id := range slices.Compact(ids) {
		rule := object{"id": id, "shortDescription": object{"text": strings.ReplaceAll(id, "-", " ")}}
		for _, t := range reference.About(id) {
			rule["help"] = object{"text": inTerminal(t.Text), "markdown": t.Text}
		}
		rules = append(rules, rule)
	}
	return findingsJSON(w, object{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{"tool": object{"driver": object{"name": "lockstep", "rules": rules}}, "results": results}}})
}

// sarifURI is a path as a relative reference.
func sarifURI(file string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "#", "%23", "?", "%3F").Replace(file)
}
