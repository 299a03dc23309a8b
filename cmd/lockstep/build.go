package main

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
)

func newBuildCommand() *cobra.Command {
	var dir, out, baseURL string
	var asJSON, asEdition, asPDF bool
	cmd := &cobra.Command{
		Use:         "build",
		Short:       "Write the site as a static tree",
		Annotations: map[string]string{whenInterrupted: "nothing was written, and the tree that was there is whole"},
		Long: `Writes a tree of files that works on any static host, at any path: links are
relative. Text files have compressed copies beside them (.br, .gz). The same
sources give the same bytes.

Beside each page stands its Markdown, index.md, and llms.txt lists them. With the
address of the site, by --base-url or as url in lockstep.yaml, each page names a
picture of its title and status for whoever shares it. Where that address has a
path, robots.txt is not read by crawlers, which a warning says.

The site can be read without a network: service-worker.js keeps what a reader has
opened, and the texts up to 4 MB of HTML once a second page was opened. With a
network each page comes from the host. "offline: false" in lockstep.yaml turns it
off, and removes what an earlier build kept.

With --edition all pages are also joined into one document, edition/: title page,
contents, chapters and decisions, with links within it; lockstep serve has it
always. --pdf prints that document too, edition/edition.pdf, by a Chromium on this
machine: with page numbers in its contents and beside references ("ADR-0007, page
31"), a running head for each chapter and an outline. It is printed until the numbers
are true, twice as a rule.

What is wrong with a source is printed with file, line and mend, and the exit
code is 1; the tree is written as far as it goes. The last line is the account of all
texts of the repository: how many are pages, and why the others are none.`,
		Example: `  lockstep build
  lockstep build --dir ../other-repo --out /tmp/site
  lockstep build --base-url https://example.org/design/
  lockstep build --pdf   # public/edition/edition.pdf as well`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("out") {
				out = filepath.Join(dir, out)
			}
			start := time.Now()
			// A build is short and its memory small: collecting half as often makes
			// it a tenth quicker.
			collect(200)
			bar := newProgress(cmd.ErrOrStderr())
			options := build.Options{Lab: playable(), BaseURL: baseURL, Cache: cacheDir(dir), Progress: bar.show, Edition: asEdition}
			if asPDF {
				browser, err := findBrowser()
				if err != nil {
					return fmt.Errorf("--pdf: %w", err)
				}
				options.Print = printWith(browser)
			}
			b, err := build.Open(dir, options)
			if err != nil {
				return err
			}
			tree, err := b.Load()
			if err != nil {
				return err
			}
			result, err := tree.Write(cmd.Context(), out)
			bar.clear()
			if err != nil {
				return err
			}
			took := time.Since(start)
			result.Findings = withoutKnown(cmd, tree, result.Findings)
			account := tree.Account()
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), struct {
					Pages    int            `json:"pages"`
					Files    int            `json:"files"`
					Bytes    int64          `json:"bytes"`
					Seconds  float64        `json:"seconds"`
					Out      string         `json:"out"`
					Findings []site.Finding `json:"findings"`
					Account  *site.Account  `json:"account"`
				}{result.Pages, result.Files, result.Bytes, took.Seconds(), out, append([]site.Finding{}, result.Findings...), account}); err != nil {
					return err
				}
			} else {
				printFindings(cmd.ErrOrStderr(), result.Findings)
				fmt.Fprintf(cmd.OutOrStdout(), "%d pages, %d files, %.1f MB in %s → %s\n",
					result.Pages, result.Files, float64(result.Bytes)/1e6, took.Round(10*time.Millisecond), out)
				fmt.Fprintln(cmd.OutOrStdout(), account)
			}
			if len(site.Errors(result.Findings)) > 0 {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&out, "out", "public", "folder to write; replaced as a whole (default: public, in the repository)")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "where the site will be published, for feed, site map and pictures")
	cmd.Flags().BoolVar(&asEdition, "edition", false, "write all pages as one document too, edition/")
	cmd.Flags().BoolVar(&asPDF, "pdf", false, "print that document as a PDF, by a Chromium on this machine")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print counts, findings and account as JSON")
	return cmd
}

// cacheDir keeps drawings beside the sources.
func cacheDir(dir string) string { return filepath.Join(dir, ".cache", "diagrams") }

// printFindings lists findings and counts them.
func printFindings(w io.Writer, findings []site.Finding) {
	for _, f := range findings {
		fmt.Fprintln(w, f)
	}
	errors := len(site.Errors(findings))
	for _, kind := range []build.Count{{N: errors, What: "problem"}, {N: len(findings) - errors, What: "warning"}} {
		if kind.N > 1 {
			kind.What += "s"
		}
		if kind.N > 0 {
			fmt.Fprintln(w, kind)
		}
	}
}
