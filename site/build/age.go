package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/model"
)

// ages say which evidence is older than the code that it judges. A run is a
// statement about the code that ran: once that code has changed, the figures are
// those of a program that nobody has any more.
type ages struct {
	byRun    map[string]string // what is to be said, by the run's id
	findings []site.Finding
	notes    []string        // what could not be told
	judged   int             // runs whose age is known
	dated    map[string]bool // which these are
	judges   map[string]bool // runs whose code is named
}

// notCode are files that change nothing of what a run records.
var notCode = []string{":(exclude,glob)**/*_test.go", ":(exclude,glob)**/testdata/**", ":(exclude,glob)**/*.md"}

// age asks git what has changed since each run. What a run says that it judges
// counts more than what the configuration says.
func (b *Builder) age(m *model.Model) ages {
	if b.ages.byRun != nil {
		return b.ages
	}
	a := ages{byRun: make(map[string]string), dated: make(map[string]bool), judges: make(map[string]bool)}
	folders, unknown := maps.Clone(b.config.Claims.Evidence), false
	for _, run := range m.Runs() {
		judges := run.Judges
		if len(judges) == 0 {
			judges = folders[run.ID]
		}
		delete(folders, run.ID)
		if len(judges) == 0 {
			continue
		}
		a.judges[run.ID] = true
		for _, place := range judges {
			if _, err := b.root.Stat(place); err != nil {
				a.findings = append(a.findings, site.Finding{File: run.File, Rule: "aged-evidence", Message: fmt.Sprintf("the evidence judges %q, which does not exist", place), Mend: "name the folder in which that code is now"})
			}
		}
		if b.history.Commit.Hash == "" {
			unknown = true
			continue
		}
		text, err := b.aged(run, judges)
		switch {
		case errors.Is(err, errShallow):
			a.notes = append(a.notes, fmt.Sprintf("the age of %s is unknown: this clone is shallow", run.File))
			continue
		case err != nil:
			a.notes = append(a.notes, fmt.Sprintf("the age of %s is unknown: %v", run.File, err))
			continue
		}
		a.judged++
		a.dated[run.ID] = true
		if text == "" {
			continue
		}
		mend := "record it again at the head"
		if run.Command != "" {
			mend += ": " + run.Command
		}
		a.byRun[run.ID] = text
		a.findings = append(a.findings, site.Finding{File: run.File, Rule: "aged-evidence", Severity: site.Warning, Message: "the evidence is aged: " + text, Mend: mend})
	}
	if unknown {
		a.notes = append(a.notes, "the age of evidence is unknown: there is no Git history")
	}
	for _, id := range slices.Sorted(maps.Keys(folders)) {
		a.findings = append(a.findings, site.Finding{File: ConfigName, Rule: "config", Message: fmt.Sprintf("claims: evidence names the run %q, which does not exist", id), Mend: "correct the name, or remove it"})
	}
	return a
}

var commitHash = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

var errShallow = errors.New("the clone is shallow")

// aged says how a run is older than the code that it judges, "" if it is not.
func (b *Builder) aged(run model.Run, judges []string) (string, error) {
	if len(run.Commits) == 0 {
		return "it names no commit", nil
	}
	for _, recorded := range run.Commits {
		commit, dirty := strings.CutSuffix(recorded, "-dirty")
		short := commit[:min(7, len(commit))]
		if !commitHash.MatchString(commit) {
			return fmt.Sprintf("%q is no commit", recorded), nil
		}
		if _, err := git.Ask(b.dir, "rev-parse", "--verify", "--quiet", commit+"^{commit}"); err != nil {
			if b.history.Shallow {
				return "", errShallow
			}
			return fmt.Sprintf("its commit %s is not in this repository", short), nil
		}
		if dirty {
			return fmt.Sprintf("it was recorded with changes to %s that no commit has", short), nil
		}
		leads, err := git.Holds(context.Background(), b.dir, "merge-base", "--is-ancestor", commit, "HEAD")
		switch {
		case !leads && b.history.Shallow:
			return "", errShallow
		case err != nil:
			return "", err
		case !leads:
			return fmt.Sprintf("its commit %s does not lead to the one that is checked out", short), nil
		}
		out, err := git.Ask(b.dir, slices.Concat([]string{"diff", "-U0", "--relative", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=", "--dst-prefix=", commit, "--"}, judges, notCode)...)
		if err != nil {
			return "", err
		}
		if changed := changedCode(out); len(changed) > 0 {
			return fmt.Sprintf("since its commit %s %s", short, haveChanged(changed)), nil
		}
	}
	return "", nil
}

// changedCode lists the files of a diff in which more has changed than comments
// and empty lines.
func changedCode(diff []byte) (files []string) {
	file, header, counted := "", false, false
	for line := range bytes.Lines(diff) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case bytes.HasPrefix(line, []byte("diff --git ")):
			header, counted = true, false
		case header && (bytes.HasPrefix(line, []byte("--- ")) || bytes.HasPrefix(line, []byte("+++ "))):
			if name := strings.TrimSuffix(string(line[4:]), "\t"); name != "/dev/null" {
				file = name
			}
		case header && bytes.HasPrefix(line, []byte("Binary files ")):
			files, counted = append(files, strings.TrimPrefix(string(line), "Binary files ")), true
		case bytes.HasPrefix(line, []byte("@@ ")):
			header = false
		case header || counted || len(line) == 0 || line[0] == '\\':
		default:
			code := bytes.TrimSpace(line[1:])
			if len(code) > 0 && (!bytes.HasPrefix(code, []byte("//")) || bytes.HasPrefix(code, []byte("//go:"))) {
				files, counted = append(files, file), true
			}
		}
	}
	return files
}

// haveChanged names some of the files that have changed.
func haveChanged(files []string) string {
	const some = 3
	switch n := len(files); {
	case n == 1:
		return files[0] + " has changed"
	case n <= some:
		return strings.Join(files[:n-1], ", ") + " and " + files[n-1] + " have changed"
	default:
		return fmt.Sprintf("%d files of the code that it judges have changed, among them %s", n, strings.Join(files[:some], ", "))
	}
}

// Notes are what nobody could judge, and why.
func (t *Tree) Notes() []string { return t.builder.ages.notes }
