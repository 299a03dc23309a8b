package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"lockstep/site"
)

// judgement is what a person found, looking at findings of one rule in a repository.
type judgement struct {
	Repository string `yaml:"repository"`
	Rule       string `yaml:"rule"`
	Path       string `yaml:"path"`    // a file, a folder with a slash at its end, or "" for all
	Says       string `yaml:"says"`    // part of the message, or "" for all
	Verdict    string `yaml:"verdict"` // right or wrong
	Because    string `yaml:"because"`
	// Looked is how many were looked at, where that is not all of them.
	Looked int `yaml:"looked"`
}

func readJudgements(name string) (all []judgement, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalWithOptions(data, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, j := range all {
		if j.Repository == "" || j.Rule == "" || j.Because == "" || j.Verdict != "right" && j.Verdict != "wrong" {
			err = errors.Join(err, fmt.Errorf("%s: the %d. judgement wants a repository, a rule, the verdict right or wrong, and because what", name, i+1))
		}
	}
	return all, err
}

// of says whether a judgement is about a finding.
func (j judgement) of(repository string, f site.Finding) bool {
	return j.Repository == repository && j.Rule == f.Rule && strings.Contains(f.Message, j.Says) &&
		(j.Path == "" || j.Path == f.File || strings.HasSuffix(j.Path, "/") && strings.HasPrefix(f.File, j.Path))
}

// judge counts the findings by what the first judgement about each says. One that
// nobody has judged is an error, and so is a judgement about nothing.
func (r *row) judge(findings []site.Finding, all []judgement, list bool, out io.Writer) (err error) {
	used := make([]bool, len(all))
next:
	for _, f := range findings {
		for i, j := range all {
			if !j.of(r.Repository, f) {
				continue
			}
			used[i] = true
			if j.Verdict == "right" {
				r.Right++
			} else {
				r.Wrong++
			}
			if list {
				head, _, _ := strings.Cut(f.String(), "\n")
				fmt.Fprintf(out, "%s: %s\n\t%s: %s\n", r.Repository, head, j.Verdict, j.Because)
			}
			continue next
		}
		head, _, _ := strings.Cut(f.String(), "\n")
		err = errors.Join(err, fmt.Errorf("%s: nobody has judged this: %s", r.Repository, head))
	}
	for i, j := range all {
		if j.Repository == r.Repository && !used[i] {
			err = errors.Join(err, fmt.Errorf("%s: a judgement is about no finding: %s %s %s; remove it", r.Repository, j.Rule, j.Path, j.Says))
		}
	}
	return err
}
