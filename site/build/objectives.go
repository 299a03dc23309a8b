package build

import (
	"os"
	"path/filepath"
	"strings"

	"lockstep/site/markdown"
	"lockstep/site/slo"
)

// ObjectivesFolder is where a site keeps what is made from its objectives.
const ObjectivesFolder = "/slo/"

// ObjectivesFile is the file of objectives that the configuration of a repository
// names, "" if it names none, and the address at which its site is published, if that
// is said there.
func ObjectivesFile(dir string) (file, url string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", "", err
	}
	defer root.Close()
	c, _ := readConfig(root.FS(), filepath.Base(dir))
	return c.SLO, c.URL, nil
}

// ObjectiveFiles are the files that are made from the objectives, by name.
func (t *Tree) ObjectiveFiles() map[string][]byte {
	if d := t.Objectives(); d != nil {
		return d.Files()
	}
	return nil
}

// Objectives are those that the configuration names, nil if it names none. Where the
// address of the site is known, their alerts lead to its pages.
func (t *Tree) Objectives() *slo.Definition {
	if t.builder.slo == nil {
		return nil
	}
	if t.Site.BaseURL == "" {
		return t.builder.slo
	}
	return t.builder.slo.WithRunbooks(func(runbook string) string {
		file, heading := t.builder.slo.Place(runbook)
		p := t.bySource[file]
		if p == nil {
			return runbook // a finding says so
		}
		if heading != "" {
			heading = "#" + heading
		}
		return strings.TrimSuffix(t.Site.BaseURL, "/") + p.Path + heading
	})
}

// joinObjectives holds the objectives against the rest of the site: the values that
// they link to, the pages that show them, and the runbooks that their alerts lead to.
func (t *Tree) joinObjectives() {
	d := t.builder.slo
	if d == nil {
		return
	}
	for _, l := range d.Links() {
		if f, wrong := t.disagrees(d.File, markdown.Number{Dest: l.Dest, Text: l.Text, Line: l.Line}); wrong {
			t.Findings = append(t.Findings, f)
		}
	}
	for _, o := range d.Objectives {
		if _, ok := t.definitions[o.ID]; !ok {
			t.wrongEntry(d.File, o.Line, "objective", "ask for it in a text: ```slo, then table: objectives", "no page shows %s, so nothing can refer to it", o.ID)
		}
		if o.Runbook == "" {
			continue
		}
		file, anchor := d.Place(o.Runbook)
		p := t.bySource[file]
		switch {
		case p == nil:
			t.wrongEntry(d.File, o.Line, "objective-runbook", "write it, or correct runbook", "the alerts of %s lead to %s, which is no page", o.ID, file)
		case anchor != "" && (t.documents[p] == nil || !t.documents[p].HasID(anchor)):
			t.wrongEntry(d.File, o.Line, "objective-runbook", "write a heading of that name there, or correct runbook", "the alerts of %s lead to %s, which has no #%s", o.ID, file, anchor)
		}
	}
}
