package main

import (
	"context"
	"embed"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site/git"
	"lockstep/site/review/bridge"
	"lockstep/site/review/bridge/gitea"
	"lockstep/site/review/bridge/github"
	"lockstep/site/review/bridge/gitlab"
	"lockstep/site/review/offline"
)

// workflows are files for the automation of each forge.
//
//go:embed workflows/*.yml
var workflows embed.FS

// carrier is a kind of forge to carry to: how its API is opened, and where a token is found.
type carrier struct {
	open  func(api, host, repo string, number int, token string) (bridge.Forge, error)
	api   func(host string) string
	token string // name of a variable
}

var carriers = map[string]carrier{
	"github": {func(api, host, repo string, number int, token string) (bridge.Forge, error) {
		return github.Open(api, host, repo, number, token)
	}, github.API, "GITHUB_TOKEN"},
	"gitlab": {func(api, host, repo string, number int, token string) (bridge.Forge, error) {
		return gitlab.Open(api, host, repo, number, token)
	}, gitlab.API, "GITLAB_TOKEN"},
	"gitea": {func(api, host, repo string, number int, token string) (bridge.Forge, error) {
		return gitea.Open(api, host, repo, number, token)
	}, gitea.API, "GITEA_TOKEN"},
}

// pullAddress is a pull request, as its address names it.
type pullAddress struct {
	kind, host, repo string
	number           int
}

// pullForms are the paths of pull requests, which tell the forges apart.
var pullForms = []struct {
	kind string
	form *regexp.Regexp
}{
	{"gitlab", regexp.MustCompile(`^/([^/]+(?:/[^/]+)+)/-/merge_requests/([0-9]{1,9})(?:/.*)?$`)},
	{"github", regexp.MustCompile(`^/([^/]+/[^/]+)/pull/([0-9]{1,9})(?:/.*)?$`)},
	{"gitea", regexp.MustCompile(`^/([^/]+/[^/]+)/pulls/([0-9]{1,9})(?:/.*)?$`)},
}

func parsePull(address string) (p pullAddress, err error) {
	wrong := usageError{fmt.Sprintf("%q is no address of a pull request", address), "https://github.com/owner/name/pull/12, https://gitlab.com/group/name/-/merge_requests/12 or https://codeberg.org/owner/name/pulls/12"}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return p, wrong
	}
	for _, f := range pullForms {
		if m := f.form.FindStringSubmatch(u.Path); m != nil {
			number, err := strconv.Atoi(m[2])
			if err != nil || number == 0 {
				return p, wrong
			}
			return pullAddress{f.kind, strings.ToLower(u.Host), m[1], number}, nil
		}
	}
	return p, wrong
}

// actionsAccount is the account that a workflow of GitHub comments as. Its token
// may not ask who that is.
const actionsAccount = "github:github.com/41898282"

type bridgeFlags struct {
	api, token, site, workflow string
	accounts                   []string
	dry                        bool
}

func newReviewBridgeCommand() *cobra.Command {
	var f reviewFlags
	var b bridgeFlags
	cmd := &cobra.Command{
		Use:   "bridge URL",
		Short: "Carry a review between a pull request at a forge and its pages",
		Long: `Carries comments, answers, edits, deletions, settled threads and verdicts both ways
between a pull request and the pages whose sources it changes, for reviewers who stay
in their forge. Run it in a checkout of the head of the pull request, with its
history; as often as you like: what is on both sides is not carried again, and a run
that was broken off is finished by the next. What comes from the forge lands in the
files below adr/reviews, for you to commit, or in the log of this machine if it has
one.

On the page it is the word of an account, unsigned: "octocat at github.com". It
counts for a decision-maker only if lockstep.yaml lists the account by its number,
never by a name, and not where the repository demands signatures:

  review:
    deciders:
      Ada Lovelace: [ada@example.org, "github:github.com/583231"]

At the forge, what was said on a page is posted by the account of the token, with the
name of whoever said it. The token is read from GITHUB_TOKEN, GITLAB_TOKEN or
GITEA_TOKEN, or from the variable that --token-env names.

It was built by the documentation of the APIs, and tested against servers that speak
what is documented there. No real forge was there: try --dry-run first.`,
		Example: `  lockstep review bridge https://github.com/owner/name/pull/12 --dry-run
  lockstep review bridge https://gitlab.example.org/a/b/-/merge_requests/12
  lockstep review bridge https://codeberg.org/owner/name/pulls/12 \
    --site https://design.example.org
  lockstep review bridge https://git.example.org/owner/name/pulls/12 \
    --token-env FORGE_TOKEN
  lockstep review bridge https://git.example.org/owner/name/pull/12 \
    --api https://git.example.org/api/v3
  lockstep review bridge --workflow github > .github/workflows/review-bridge.yml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 0 && !cmd.Flags().Changed("workflow") {
				return usageError{"name one pull request", "lockstep review bridge https://github.com/owner/name/pull/12"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if b.workflow != "" {
				data, err := workflows.ReadFile("workflows/" + b.workflow + ".yml")
				if err != nil {
					return usageError{fmt.Sprintf("--workflow %q: there are github, gitlab and gitea", b.workflow), "lockstep review bridge --workflow github"}
				}
				_, err = cmd.OutOrStdout().Write(data)
				return err
			}
			return runBridge(cmd, &f, &b, args[0])
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&b.api, "api", "", "where the API is, if not where its kind has it")
	cmd.Flags().StringVar(&b.token, "token-env", "", "the variable of the environment that has the token")
	cmd.Flags().StringArrayVar(&b.accounts, "account", nil, "an account, beside that of the token, as which the bridge has posted: github:github.com/41898282")
	cmd.Flags().StringVar(&b.site, "site", "", "where readers reach the site, for links: https://design.example.org")
	cmd.Flags().BoolVar(&b.dry, "dry-run", false, "say what would be carried, and carry nothing")
	cmd.Flags().StringVar(&b.workflow, "workflow", "", "print a file for the automation of github, gitlab or gitea")
	return cmd
}

func runBridge(cmd *cobra.Command, f *reviewFlags, b *bridgeFlags, address string) error {
	at, err := parsePull(address)
	if err != nil {
		return err
	}
	kind := carriers[at.kind]
	if b.token == "" {
		b.token = kind.token
	}
	token := os.Getenv(b.token)
	if token == "" {
		return usageError{fmt.Sprintf("the variable %s has no token", b.token), "--token-env names another one; a token is never an argument, where others could read it"}
	}
	if b.api == "" {
		b.api = kind.api(at.host)
	}
	if b.site != "" {
		if u, err := url.Parse(b.site); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return usageError{fmt.Sprintf("--site: %q is no address", b.site), "--site https://design.example.org"}
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" && at.kind == "github" && at.host == "github.com" {
		b.accounts = append(b.accounts, actionsAccount)
	}
	pull, err := kind.open(b.api, at.host, at.repo, at.number, token)
	if err != nil {
		return usageError{err.Error(), "lockstep review bridge --help"}
	}
	ctx := cmd.Context()
	desk, err := openDesk(ctx, f, offline.Options{Repeatable: true})
	if err != nil {
		return err
	}
	prefix, err := git.Line(ctx, f.dir, "rev-parse", "--show-prefix")
	if err != nil {
		return fmt.Errorf("%w\n\tmend: run it in a checkout of the head of the pull request", err)
	}
	history := sources{f.dir, desk.tree.ReviewFolder()}
	report, err := bridge.Run(ctx, bridge.Options{Forge: pull, Desk: desk.Desk, Pages: desk.tree.ReviewDocuments(), Prefix: prefix, SameText: history.same, LineAt: history.line,
		Save: func(context.Context) error { return desk.write(cmd) }, Accounts: b.accounts, Site: b.site, Dry: b.dry})
	printBridged(cmd, report, b.dry)
	if err != nil {
		return fmt.Errorf("bridge %s: %w", address, err)
	}
	return nil
}

func printBridged(cmd *cobra.Command, report bridge.Report, dry bool) {
	out := cmd.OutOrStdout()
	for _, part := range []struct {
		sign  string
		lines []string
	}{{"to the page", report.In}, {"to the forge", report.Out}, {"not carried", report.Left}} {
		for _, line := range part.lines {
			fmt.Fprintf(out, "%s: %s\n", part.sign, oneLine(line, 300))
		}
	}
	verb := "carried"
	if dry {
		verb = "would be carried"
	}
	fmt.Fprintf(out, "%d %s to the pages, %d to the forge; %d not carried\n", len(report.In), verb, len(report.Out), len(report.Left))
}

// sources are those of a checkout, and of commits that it has.
type sources struct{ dir, reviews string }

var commitForm = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// same says whether a commit has the same sources, reviews left aside. One that the
// checkout does not have is another.
func (s sources) same(ctx context.Context, commit string) (bool, error) {
	if !s.has(ctx, commit) {
		return false, nil
	}
	return git.Holds(ctx, s.dir, "diff", "--quiet", "--no-ext-diff", "--no-textconv", commit, "--", ".", ":(exclude)"+s.reviews)
}

func (s sources) has(ctx context.Context, commit string) bool {
	if !commitForm.MatchString(commit) {
		return false
	}
	_, err := git.Run(ctx, s.dir, "cat-file", "-e", commit+"^{commit}")
	return err == nil
}

// line is a line of a file at a commit.
func (s sources) line(ctx context.Context, commit, file string, line int) string {
	if !s.has(ctx, commit) {
		return ""
	}
	text, err := git.Run(ctx, s.dir, "show", commit+":"+file)
	lines := slices.Collect(strings.Lines(string(text)))
	if err != nil || line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[line-1], "\r\n")
}
