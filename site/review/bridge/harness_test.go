package bridge_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
	"lockstep/site/review/bridge"
	"lockstep/site/review/bridge/bridgetest"
	"lockstep/site/review/bridge/gitea"
	"lockstep/site/review/bridge/github"
	"lockstep/site/review/bridge/gitlab"
	"lockstep/site/review/entry"
	"lockstep/site/review/offline"
	"lockstep/site/review/subject"
)

const (
	head = "1111111111111111111111111111111111111111"
	file = "adr/0001-use-a-log.md"
	name = "adr/0001-use-a-log"
	text = `---
status: proposed
date: 2026-01-02
decision-makers: [Ada]
---
# Use a log

## Context

We need one order, for everybody.
It must survive a crash.

## Decision

We keep one log per shard.

- Good, because it is simple.
- Bad, because a log grows.
`
)

// patch shows the lines from 8 on: 9 to 11 were added.
const patch = "@@ -8,1 +8,4 @@ # Use a log\n ## Context\n+\n+We need one order, for everybody.\n+It must survive a crash.\n@@ -11,1 +15,1 @@\n+We keep one log per shard.\n"

var ada = access.Actor{ID: "local:ada@example.org", Name: "Ada", Role: access.Maintainer}

// repo is a repository with a pull request, between two runs.
type repo struct {
	t      *testing.T
	forge  bridge.Forge
	server *bridgetest.Server
	tree   *build.Tree
	lines  []entry.Line
	docs   []*anchor.Doc
	same   map[string]bool // commits with the text of the checkout
	saves  int
}

// kinds are the forges.
var kinds = map[string]func(t *testing.T) *repo{
	"github": func(t *testing.T) *repo {
		return newRepo(t, bridgetest.GitHub(t, head, files()), func(s *bridgetest.Server, host string) (bridge.Forge, error) {
			return github.Open(s.URL, host, s.Repo, s.Number, bridgetest.Token)
		})
	},
	"gitlab": func(t *testing.T) *repo {
		return newRepo(t, bridgetest.GitLab(t, head, files()), func(s *bridgetest.Server, host string) (bridge.Forge, error) {
			return gitlab.Open(s.URL, host, s.Repo, s.Number, bridgetest.Token)
		})
	},
	"gitea":   func(t *testing.T) *repo { return newGitea(t, false) },
	"forgejo": func(t *testing.T) *repo { return newGitea(t, true) },
}

func newGitea(t *testing.T, old bool) *repo {
	return newRepo(t, bridgetest.Gitea(t, head, files(), old), func(s *bridgetest.Server, host string) (bridge.Forge, error) {
		return gitea.Open(s.URL, host, s.Repo, s.Number, bridgetest.Token)
	})
}

func files() []bridgetest.File {
	return []bridgetest.File{{Path: "main.go", Old: "main.go", Patch: "@@ -1 +1 @@\n+package main"}, {Path: file, Old: file, Patch: patch}, {Path: "x.txt", Old: "x.txt", Patch: "@@ -1 +1 @@\n+x"}}
}

func newRepo(t *testing.T, s *bridgetest.Server, open func(*bridgetest.Server, string) (bridge.Forge, error)) *repo {
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forge, err := open(s, u.Host)
	if err != nil {
		t.Fatal(err)
	}
	r := &repo{t: t, forge: forge, server: s, same: map[string]bool{head: true}}
	r.write(map[string]string{file: text, "README.md": "# Site\n\nHello.\n", "lockstep.yaml": "title: T\n"})
	return r
}

// write writes the sources and reads the site.
func (r *repo) write(sources map[string]string) {
	r.t.Helper()
	dir := r.t.TempDir()
	for name, text := range sources {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	if r.tree, err = b.Load(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) desk(repeatable bool) *offline.Desk {
	r.t.Helper()
	d, err := offline.Open(r.t.Context(), r.lines, r.docs, offline.Options{Repeatable: repeatable})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *repo) keep(d *offline.Desk) {
	r.t.Helper()
	var err error
	if r.lines, r.docs, err = d.All(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// try runs the bridge once.
func (r *repo) try(dry bool) (bridge.Report, error) {
	d := r.desk(true)
	return bridge.Run(r.t.Context(), bridge.Options{Forge: r.forge, Desk: d, Pages: r.tree.ReviewDocuments(), Dry: dry,
		SameText: func(_ context.Context, commit string) (bool, error) { return r.same[commit], nil },
		LineAt:   func(context.Context, string, string, int) string { return "" },
		Save: func(context.Context) error {
			r.saves++
			r.keep(d)
			return nil
		}})
}

// run runs the bridge, which must work.
func (r *repo) run() bridge.Report {
	r.t.Helper()
	report, err := r.try(false)
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// quiet runs the bridge again: nothing may be left to do.
func (r *repo) quiet() {
	r.t.Helper()
	writes, lines := r.server.Writes(), len(r.lines)
	if report := r.run(); len(report.In)+len(report.Out) > 0 || r.server.Writes() != writes || len(r.lines) != lines {
		r.t.Errorf("a run with nothing to do changed something: %+v", report)
	}
}

func (r *repo) doc() subject.Page {
	r.t.Helper()
	d, ok := r.tree.Document(name)
	if !ok {
		r.t.Fatal("the page is missing")
	}
	return d
}

// on does something on the page, a minute after what was done last.
func (r *repo) on(act func(ctx context.Context, d *offline.Desk, doc subject.Page) error) {
	r.t.Helper()
	d := r.desk(false)
	d.At(time.Date(2026, 11, 21, 12, 0, len(r.lines), 0, time.UTC))
	if err := act(r.t.Context(), d, r.doc()); err != nil {
		r.t.Fatal(err)
	}
	r.keep(d)
}

func (r *repo) shown() *site.Review {
	r.t.Helper()
	shown, err := r.desk(false).Review(r.t.Context(), r.doc(), access.Actor{})
	if err != nil {
		r.t.Fatal(err)
	}
	return shown
}

// only is the only thread of the page.
func (r *repo) only() site.Thread {
	r.t.Helper()
	shown := r.shown()
	if len(shown.Threads) != 1 {
		r.t.Fatalf("there are %d threads, want one: %+v", len(shown.Threads), shown.Threads)
	}
	return shown.Threads[0]
}

// bodies are what the bridge has posted, without marks.
func (r *repo) bodies() (all []string) {
	for _, c := range r.server.Posted() {
		_, body, _ := strings.Cut(c.Body, "\n")
		all = append(all, body)
	}
	return all
}

func each(t *testing.T, test func(t *testing.T, r *repo)) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func account(r *repo, u bridgetest.User) string {
	pull, err := r.forge.Pull(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return pull.AccountID(bridge.Account{ID: itoa(u.ID)})
}
