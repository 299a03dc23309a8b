package build

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"lockstep/site/markdown"
)

// ObjectivesFolder is where a site keeps what is made from its objectives.
const ObjectivesFolder = "/slo/"

// ObjectivesFile is the file of objectives that the configuration of a repository
// names, "" if it names none.
func ObjectivesFile(dir string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	c, _ := readConfig(root.FS(), filepath.Base(dir))
	return c.SLO, nil
}

// ObjectiveFiles are the files that are made from the objectives, by name.
func (t *Tree) ObjectiveFiles() map[string][]byte {
	if t.builder.slo == nil {
		return nil
	}
	return t.builder.slo.Files()
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
		file, anchor, _ := strings.Cut(o.Runbook, "#")
		file = path.Join(path.Dir(d.File), file)
		p := t.bySource[file]
		switch {
		case p == nil:
			t.wrongEntry(d.File, o.Line, "objective-runbook", "write it, or correct runbook", "the alerts of %s lead to %s, which is no page", o.ID, file)
		case anchor != "" && (t.documents[p] == nil || !t.documents[p].HasID(anchor)):
			t.wrongEntry(d.File, o.Line, "objective-runbook", "write a heading of that name there, or correct runbook", "the alerts of %s lead to %s, which has no #%s", o.ID, file, anchor)
		}
	}
}
