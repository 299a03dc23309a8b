package build

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRefresh_sequence: after any sequence of edits, of texts and files that come and
// go, a tree is what a fresh look at the repository gives, though most of what its pages
// refer to is taken over from the tree before.
func TestRefresh_sequence(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(all ...string) string { return all[random.IntN(len(all))] }
	text := func(page int) string {
		var b strings.Builder
		title := fmt.Sprintf("Page %d", page)
		if page%3 == 0 && random.IntN(4) > 0 {
			title = "Alpha"
		}
		if random.IntN(12) == 0 {
			fmt.Fprintf(&b, "---\norder: %d\n---\n", 1+random.IntN(8))
		}
		fmt.Fprintf(&b, "# %s\n\nIt refers to %s and ADR-000%d.\n\n## Why\n\n", title, pick("FM-1", "FM-2"), 1+random.IntN(3))
		if page%4 == 1 && random.IntN(2) > 0 {
			b.WriteString("## FM-2: What fails\n\n")
		}
		if random.IntN(3) > 0 {
			b.WriteString("## How\n\n")
		}
		fmt.Fprintf(&b, "See [a page](%d.md%s), %s.\n\n", random.IntN(8), pick("", "#why", "#how"), pick("prose", "prose", "prose", "[a picture](picture.png)", "[[Alpha]]", "[[Alpha]]", "![[picture.png]]", "[the folder](../lists)"))
		return b.String()
	}
	var files strings.Builder
	files.WriteString("-- lockstep.yaml --\nstrict: true\n-- content/index.md --\n# Home\n\nSee [the first](design/0.md).\n\n## FM-1: What fails first\n")
	for i := range 8 {
		fmt.Fprintf(&files, "-- content/design/%d.md --\n%s", i, text(i))
		fmt.Fprintf(&files, "-- adr/%04d-a-record.md --\n# %[1]d. A record\n\nStatus: accepted\n\n## Context\n\nNone.\n", i+1)
	}
	dir := tree(t, files.String())
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	takenOver, anew := 0, 0
	for step := range 100 {
		page := random.IntN(9)
		file := fmt.Sprintf("content/design/%d.md", page)
		told := []string{file}
		path := filepath.Join(dir, filepath.FromSlash(file))
		switch random.IntN(10) {
		case 0:
			err = os.RemoveAll(path)
		case 1: // nobody is told of a file that no page shows yet
			picture := filepath.Join(dir, "content/design/picture.png")
			if _, missing := os.Stat(picture); missing != nil {
				err = os.WriteFile(picture, nil, 0o644)
			} else {
				err, told = os.Remove(picture), append(told, "content/design/picture.png")
			}
			err = errors.Join(err, os.WriteFile(path, []byte(text(page)), 0o644))
		case 2:
			err = os.Mkdir(filepath.Join(dir, "content/lists"), 0o755)
			if os.IsExist(err) {
				err = os.Remove(filepath.Join(dir, "content/lists"))
			}
			err = errors.Join(err, os.WriteFile(path, []byte(text(page)), 0o644))
		default:
			err = os.WriteFile(path, []byte(text(page)), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		after, err := b.Refresh(told)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(everything(t, load(t, dir)), everything(t, after)); diff != "" {
			t.Fatalf("step %d, %s (-fresh +refreshed):\n%s", step, file, diff)
		}
		for i, f := range after.followed {
			if len(f.notes) == 0 {
				continue
			}
			if i < len(before.followed) && len(before.followed[i].notes) > 0 && &f.notes[0] == &before.followed[i].notes[0] {
				takenOver++
			} else {
				anew++
			}
		}
		before = after
	}
	if t.Logf("%d taken over, %d followed anew", takenOver, anew); takenOver == 0 {
		t.Error("nothing was taken over")
	}
}

// everything is all that the pages of a tree say, and what is wrong with them.
func everything(t *testing.T, tree *Tree) (all []string) {
	t.Helper()
	for _, p := range tree.Pages {
		html, findings, err := tree.Bytes(context.Background(), &tree.Site, p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Path+"\n"+string(html), fmt.Sprint(findings, p.Findings))
	}
	return append(all, fmt.Sprint(tree.Findings), fmt.Sprint(slices.Clone(tree.Files())))
}

// TestRefresh_others: a reference leads to the first definition, and so to another page
// when one before it begins to define the same; a link leads nowhere when its heading is
// taken away.
func TestRefresh_others(t *testing.T) {
	dir := tree(t, "-- lockstep.yaml --\nstrict: true\n-- content/index.md --\n# Home\n\nFM-2, and [how](design/3.md#how).\n"+
		"-- content/design/1.md --\n# One\n-- content/design/2.md --\n# Two\n\n## FM-2: What fails\n-- content/design/3.md --\n# Three\n\n## How\n")
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	for _, edit := range [][2]string{{"content/design/1.md", "# One\n\n## FM-2: What fails\n"}, {"content/design/3.md", "# Three\n\n## Why\n"}} {
		if err := os.WriteFile(filepath.Join(dir, edit[0]), []byte(edit[1]), 0o644); err != nil {
			t.Fatal(err)
		}
		after, err := b.Refresh([]string{edit[0]})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(everything(t, load(t, dir)), everything(t, after)); diff != "" {
			t.Errorf("%s (-fresh +refreshed):\n%s", edit[0], diff)
		}
	}
}
