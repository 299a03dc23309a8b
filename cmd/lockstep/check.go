package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/verify"
)

func newCheckCommand() *cobra.Command {
	var dir string
	var fix, release, asJSON, baseline bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge the sources: links, decisions, numbers, claims, names",
		Long: `Reads every source, builds the site into a temporary folder and judges both:
dead links and anchors, unknown references, decisions that contradict each other
or have no status, numbers that differ from the model, words that differ from the
ledger, markup that would be lost. Each finding names file, line and mend; the exit code is 1 if there is any.

The last line is the account of all texts of the repository: how many are pages, why
the others are none, and which dialects of Markdown they are written in: admonitions of
Docusaurus, MkDocs and GitHub, tabs, Mermaid, math, emoji by name, MDX, wiki links,
TOML front matter. What is not understood in them is one finding a kind and text. With
--json it names every file.

How much is judged is for lockstep.yaml to say:

  strict: true                       # the texts are written for this generator:
                                     # of HTML little is kept, front matter has
                                     # its keys only, and a text without a page
                                     # is a finding
  unpublished: [docs/drafts]         # what has no page on purpose
  rules: {missing-status: off}       # by the name that stands in [brackets]
  baseline: lockstep-baseline.json   # what is known and does not fail, which
                                     # --write-baseline writes

Each folder of records is a series with a log and numbers of its own. What its name
does not say is said so:

  adr: [docs/adr, docs/rfcs]
  series:
    - {folder: docs/rfcs, name: Requests, prefix: RFC, address: rfc}

Statuses, headings and names of fields are known in a dozen languages, and so are the
usual words of other processes: Implemented, Draft, Akzeptiert, 承認済み. A repository adds
its own; in MADR a record may leave its status out, unless the texts are strict:

  statuses: {Live: accepted, Parked: proposed}
  headings: {Ausgangslage: context, Votum: decision}

Addresses outlive names: an old one leads to the page, by a redirect, where git has
renamed its file or the front matter names it. A page names its source and where
to change it if the remote is at GitHub, GitLab, Bitbucket, Forgejo or Gitea;
lockstep.yaml says it for other hosts:

  aliases: [/old/name/, docs/old.md] # in the front matter of a page

  repository: https://git.example.org/team/it/plain
  edit: https://git.example.org/team/it/edit/{branch}/{path} # or none

What stands around the numbers is judged where lockstep.yaml asks for it:

  claims:
    allow: content/claims.yaml       # a list of {file, text, reason}
    numbers:                         # a number with a unit needs a ground
      in: [README.md, docs]          # files and folders
      units: [msg/s]                 # beside ms, s, MB, %, $ and their like
      things: [nodes, shards]        # a count of these needs a ground as well
    waiting:                         # what puts something off names an entry
      in: [docs]
      phrases: [not yet, will run]
    words:                           # what the fields of a run rule out
      - {evidence: torture, word: pause, field: failures.pause, when: "= 0"}
    evidence:                        # the code that a run judges, unless the
      torture: [prototype/node]      # run says so in its field "judges"

Failure modes, features, requirements and promises can be kept as data, below the
folders that lockstep.yaml names:

  ledger: [docs/ledger]

  # docs/ledger/features.yaml
  kind: features                     # failure-modes, requirements, promises
  entries:                           # or parts: {Name of a part: {…}}
    F-relay:
      name: Relays
      where: "[fan-out](../fan-out.md)"
      status: designed               # built needs tests:, measured figures too
      why: They need gateways.

A text shows them by a block of the language ledger (entries: KIND, table: KIND or
tests: KIND, perhaps with part: NAME) and refers to them by links whose words are
compared: [designed](ledger:F-relay.status), [one](ledger:features.count).

Evidence that is older than the code that it judges is a warning, which leaves the
exit code as it is, and with --release an error. A text that is read on a code host
states a value as a link to the file: [143 ms](content/evidence/torture.json#window.p50_ms).

What code spans and blocks of shell commands name is looked up in the code, and linked
to it, where lockstep.yaml says what is a name; a name that is not there is an error:

  beside: [README.md]                # texts that are judged and are no pages
  code: [src, cmd]                   # a record lists the lines that name it
  names:
    - kind: test                     # Test…, Fuzz…, Benchmark…, Example… of Go
      from: go-tests
    - kind: command                  # verbs and flags of programs written with
      from: go-commands              # cobra or flag; --flags of kingpin and
                                     # urfave/cli
    - kind: path                     # what begins with a file or folder of the
      from: paths                    # repository, or of those named by below
      below: [src]
      except: [src/generated/]       # looks like one, and is none
    - kind: metric                   # anything, in any language: what a span of
      span: 'app_[a-z_]+'            # it looks like, and which files define it;
      files: ["src/**/*.{py,js}"]    # the groups of span and of define, joined
      define: ['"(app_[a-z_]+)"']    # by spaces, are the name; path is for a
                                     # file itself
    - kind: route                    # {id}, <id> and ID stand for any element
      span: '(?:[A-Z]+ )?/v1/\S+'
      files: [src/routes.py]
      define: ['@app\.(?:get|post)\("(/[^"]+)"']
    - kind: story
      span: '[a-z]+(?:-[a-z]+)+'
      files: ["stories/*.json"]
      path: '.*/([a-z-]+)\.json'`,
		Example: `  lockstep check
  lockstep check --fix           # write the values of model and ledger
  lockstep check --release       # and no evidence is older than its code
  lockstep check --dir ../repo --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := build.Open(dir, build.Options{Cache: cacheDir(dir)})
			if err != nil {
				return err
			}
			tree, err := b.Load()
			if err != nil {
				return err
			}
			fixed := 0
			if fix {
				if fixed, err = tree.FixNumbers(); err != nil {
					return err
				}
				if tree, err = b.Load(); err != nil {
					return err
				}
			}
			findings, err := judge(cmd, tree)
			if err != nil {
				return err
			}
			if release {
				for i := range findings {
					findings[i].Severity = ""
				}
			}
			for _, note := range tree.Notes() {
				fmt.Fprintln(cmd.ErrOrStderr(), note)
			}
			if baseline {
				return writeBaseline(cmd, tree, findings)
			}
			findings = withoutKnown(cmd, tree, findings)
			account := tree.Account()
			if asJSON {
				report := struct {
					Findings []site.Finding `json:"findings"`
					Account  *site.Account  `json:"account"`
				}{append([]site.Finding{}, findings...), account}
				if err := printJSON(cmd.OutOrStdout(), report); err != nil {
					return err
				}
			} else {
				printFindings(cmd.OutOrStdout(), findings)
			}
			if fixed > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d numbers rewritten\n", fixed)
			}
			wrong := len(site.Errors(findings)) > 0
			if !asJSON && !wrong {
				fmt.Fprintln(cmd.OutOrStdout(), counted(tree))
			}
			if !asJSON {
				fmt.Fprintln(cmd.OutOrStdout(), account)
			}
			if wrong {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().BoolVar(&fix, "fix", false, "rewrite what differs from the model or the ledger")
	cmd.Flags().BoolVar(&release, "release", false, "let warnings fail: no evidence is older than the code that it judges")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print findings and account as JSON, by the names findings and account")
	cmd.Flags().BoolVar(&baseline, "write-baseline", false, "make what is found today known, so that only what is new fails")
	return cmd
}

// judge builds into a temporary folder and adds what only the output shows.
func judge(cmd *cobra.Command, tree *build.Tree) ([]site.Finding, error) {
	temp, err := os.MkdirTemp("", "lockstep-check")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	result, err := tree.Write(cmd.Context(), filepath.Join(temp, "public"))
	if err != nil {
		return nil, err
	}
	findings := result.Findings
	output, err := verify.Output(os.DirFS(filepath.Join(temp, "public")), build.FilePath(""))
	if err != nil {
		return nil, err
	}
	output = slices.DeleteFunc(output, func(f site.Finding) bool {
		if tree.IsOff(f.Rule) {
			return true
		}
		switch f.Rule {
		case "dead-link", "dead-anchor", "rooted-link":
			return len(site.Errors(findings)) > 0 // a source's, seen again in the output
		case "too-heavy":
			return !tree.Strict() // a promise of ours, not of theirs
		}
		return false
	})
	return append(findings, output...), nil
}

// counted says how much was held.
func counted(tree *build.Tree) string {
	var all []string
	for _, c := range tree.Counts() {
		all = append(all, c.String())
	}
	return "sound: " + strings.Join(all, ", ")
}
