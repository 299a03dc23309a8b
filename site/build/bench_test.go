package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bigSite writes a repository of n pages of about 13 KB each, with prose,
// tables, links and highlighted code, as large documentation sites have them.
func bigSite(tb testing.TB, n int) string {
	tb.Helper()
	dir := tb.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	write("README.md", "# A large site\n\nIt has many pages.\n")
	for i := range n {
		write(fmt.Sprintf("docs/part-%02d/page-%04d.md", i%20, i), bigPage(i, n))
	}
	return dir
}

func bigPage(i, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: Page %d\nsummary: One of many pages.\n---\n\nThis is page %d.\n\n", i, i)
	for s := range 8 {
		fmt.Fprintf(&b, "## Section %d of page %d\n\n", s, i)
		for p := range 3 {
			fmt.Fprintf(&b, "Paragraph %d says *something* about `value_%d` and leads to [a neighbour](../part-%02d/page-%04d.md). "+
				"A leader that was cut off cannot acknowledge anything, because it needs a majority, and the majority has promised itself to another term. "+
				"What it had promised before, it keeps.\n\n", p, i*s, (i+p+1)%n%20, (i+p+1)%n)
		}
		fmt.Fprintf(&b, "| Name | Value | Unit |\n|---|---|---|\n| a | %d | ms |\n| b | %d | ms |\n\n", i, s)
		switch s % 3 {
		case 0:
			fmt.Fprintf(&b, "```go\n// handle answers request %d.\nfunc handle%d(ctx context.Context, w io.Writer, n int) error {\n\tfor i := range n {\n\t\tif _, err := fmt.Fprintf(w, \"line %%d of %%q\\n\", i, \"page\"); err != nil {\n\t\t\treturn fmt.Errorf(\"write line %%d: %%w\", i, err)\n\t\t}\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t\treturn ctx.Err()\n\t\tdefault:\n\t\t}\n\t}\n\treturn nil // %d\n}\n```\n\n", i, s, i)
		case 1:
			fmt.Fprintf(&b, "```yaml\nservice:\n  name: page-%d\n  replicas: %d\n  env:\n    - name: LOG_LEVEL\n      value: \"debug\" # for now\n    - name: PORT\n      value: \"80%02d\"\n  resources:\n    limits: {cpu: 500m, memory: 128Mi}\n```\n\n", i, s, i%100)
		default:
			fmt.Fprintf(&b, "```bash\n# start the cluster and look\nfor n in 1 2 3; do\n  ./bin/lockstep node --id \"n$n\" --data \"/tmp/d$n-%d\" &\ndone\ncurl -s http://127.0.0.1:7001/v1/status | jq '.shards[] | select(.role == \"leader\")'\n```\n\n", i)
		}
	}
	for b.Len() < 13<<10 {
		b.WriteString("The rest of the page is prose, since most pages are. Readers skim it, and find what they need by its headings, which is why headings matter more than sentences.\n\n")
	}
	return b.String()
}

// BenchmarkColdBuild2000 is `lockstep build` of 2,000 pages of 13 KB from
// nothing, compressed copies included.
func BenchmarkColdBuild2000(b *testing.B) {
	dir := bigSite(b, 2000)
	for b.Loop() {
		builder, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		tree, err := builder.Load()
		if err != nil {
			b.Fatal(err)
		}
		result, err := tree.Write(context.Background(), filepath.Join(b.TempDir(), "out"))
		if err != nil {
			b.Fatal(err)
		}
		if len(result.Findings) > 0 {
			b.Fatalf("%d findings, the first: %s", len(result.Findings), result.Findings[0])
		}
	}
}

// BenchmarkHugo2000 is the hugo on the PATH on the pages of BenchmarkColdBuild2000, with
// the plainest layouts by which a reader gets from page to page: as it is by default, with
// a feed for each section, and without feeds, for which it renders a summary of each page.
// What it writes has no search, no compressed copies and no Markdown beside it. Pages are
// counted, so that a comparison is not with a build that left some out.
func BenchmarkHugo2000(b *testing.B) {
	hugo, err := exec.LookPath("hugo")
	if err != nil {
		b.Skip("there is no hugo on the PATH")
	}
	version, err := exec.Command(hugo, "version").Output()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%s", bytes.TrimSpace(version))
	const pages = 2000
	dir := bigSite(b, pages)
	if err := os.CopyFS(dir, os.DirFS("testdata/hugo")); err != nil {
		b.Fatal(err)
	}
	for _, without := range []string{"", "rss"} {
		b.Run("without="+without, func(b *testing.B) {
			for b.Loop() {
				out := filepath.Join(b.TempDir(), "out")
				if said, err := exec.Command(hugo, "--quiet", "--source", dir, "--destination", out, "--disableKinds", without).CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, said)
				}
				written, err := filepath.Glob(filepath.Join(out, "part-*", "page-*", "index.html"))
				if err != nil || len(written) != pages {
					b.Fatalf("Hugo wrote %d of %d pages: %v", len(written), pages, err)
				}
			}
		})
	}
}

// BenchmarkEdit2000 is what happens between the save of one page of 2,000 and
// the answer that a browser gets: read, join, render. The watcher adds its
// settling time of a few milliseconds. A heading is an edit that other pages can
// see, prose is one that they cannot.
func BenchmarkEdit2000(b *testing.B) {
	const file = "docs/part-07/page-0007.md"
	for _, kind := range []string{"prose", "heading"} {
		b.Run(kind, func(b *testing.B) {
			dir := bigSite(b, 2000)
			builder, err := Open(dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := builder.Load(); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				edit := fmt.Sprintf("\nSentence %d.\n", i)
				if kind == "heading" {
					edit = fmt.Sprintf("\n## Heading %d\n", i)
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(bigPage(7, 2000)+edit), 0o644); err != nil {
					b.Fatal(err)
				}
				tree, err := builder.Refresh([]string{file})
				if err != nil {
					b.Fatal(err)
				}
				html, _, err := tree.Bytes(context.Background(), &tree.Site, tree.ByPath("/part-07/page-0007/"))
				if err != nil {
					b.Fatal(err)
				}
				if want := strings.TrimLeft(strings.TrimSpace(edit), "# "); !strings.Contains(string(html), want) {
					b.Fatalf("the page lacks %q", want)
				}
			}
		})
	}
}
