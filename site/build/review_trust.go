package build

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/review/entry"
	"lockstep/site/review/repo"
	"lockstep/site/review/signature"
	"lockstep/site/review/standing"
)

// reviewKeys are those of review: in lockstep.yaml. A typing error there would
// switch a demand off.
var reviewKeys = []string{"approvals", "signatures", "deciders"}

func unknownKeys(node ast.Node, keys []string) (findings []site.Finding) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return nil
	}
	for _, e := range mapping.Values {
		if key := e.Key.GetToken(); !slices.Contains(keys, key.Value) {
			findings = append(findings, site.Finding{File: ConfigName, Line: key.Position.Line, Rule: "unknown-config",
				Message: fmt.Sprintf("the key %q has no meaning here", key.Value), Mend: "the keys are " + strings.Join(keys, ", ")})
		}
	}
	return findings
}

// trust is what the repository says about people. Where keys are listed, unsigned
// verdicts do not count, unless lockstep.yaml says otherwise.
func (t *Tree) trust() *standing.Trust {
	rule := t.config.Review.Signatures
	trust := &standing.Trust{Deciders: t.config.Review.Deciders, Demanded: rule == "listed"}
	file := path.Join(t.ReviewFolder(), repo.SignersFile)
	find := func(line int, mend, format string, args ...any) {
		t.Findings = append(t.Findings, site.Finding{File: file, Line: line, Rule: "review-signers", Message: fmt.Sprintf(format, args...), Mend: mend})
	}
	fsys := t.builder.root.FS()
	info, err := fs.Lstat(fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if trust.Demanded {
			find(0, "list the keys: lockstep review signer --add, where verdicts are given", "it is missing, and review: signatures in %s demands that verdicts are signed with a listed key", ConfigName)
		}
		return trust
	case err != nil || !info.Mode().IsRegular():
		// What cannot be read lists nobody.
		trust.Demanded = rule != "none"
		find(0, "put the file itself there", "it is no file that can be read")
		return trust
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		find(0, "make it readable", "it cannot be read: %v", err)
	}
	allowed, problems := signature.ParseAllowed(data)
	for _, p := range problems {
		find(p.Line, "write it as ssh-keygen -Y verify reads it: address, kind of the key, key", "%s", p.Message)
	}
	trust.Allowed, trust.Demanded = allowed, rule != "none"
	return trust
}

// eventsEver are the files of events that the repository has, or has had. It is
// part of the history, which is read once. Without git nothing is known.
func eventsEver(root, folder string) (files []string) {
	had, err := git.Ask(root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", folder)
	if err != nil {
		return nil
	}
	deleted, err := git.Ask(root, "log", "-z", "-m", "--format=", "--relative", "--no-renames", "--diff-filter=D", "--name-only", "--", folder)
	if err != nil {
		return nil
	}
	for _, file := range strings.Split(string(had)+string(deleted), "\x00") {
		if file = strings.TrimSpace(file); path.Base(path.Dir(file)) == repo.EventsFolder {
			files = append(files, file)
		}
	}
	return files
}

// deletedEvents are those of them that are not there now. A set of events only
// grows: one that nothing stands on could otherwise be taken away without a trace,
// and a blocker with it.
func deletedEvents(ever []string, present map[string]bool) (gone []string) {
	seen := make(map[string]bool)
	for _, file := range ever {
		id, ok := strings.CutSuffix(path.Base(file), ".json")
		if !ok || !entry.IDForm.MatchString(id) || present[id] || seen[id] {
			continue
		}
		seen[id] = true
		gone = append(gone, file)
	}
	slices.Sort(gone)
	return gone
}
