package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
	"lockstep/site/git"
	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
)

// maxRevisions bounds the revisions of one document, the newest ones.
const maxRevisions = 120

// Git reads the histories of the Markdown files of a repository whose path
// matches the pattern, such as "adr/*.md" or "*" for all. A shallow clone has
// short ones.
func Git(ctx context.Context, dir, pattern string) ([]History, error) {
	list, err := git.Run(ctx, dir, "ls-files", "-z", "--", "*.md", "*.markdown")
	if err != nil {
		return nil, err
	}
	objects, err := git.OpenObjects(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer objects.Close()
	parser := markdown.New(markdown.Options{})
	var histories []History
	for file := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		if ok, err := path.Match(pattern, file); err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
		} else if !ok && pattern != "*" {
			continue
		}
		// Along first parents a text has one history: work that was done side by side and
		// merged would seem to take passages out and put them back, by turns.
		log, err := git.Line(ctx, dir, "log", "--first-parent", "--format=%H", "-n", strconv.Itoa(maxRevisions), "--", file)
		if err != nil {
			return nil, err
		}
		h := History{Name: file}
		commits := strings.Fields(log)
		for i := len(commits) - 1; i >= 0; i-- {
			data, err := objects.Read(commits[i] + ":" + file)
			if err != nil {
				continue // it was deleted there
			}
			if doc := Parse(parser, file, data); len(h.Revisions) == 0 || h.Revisions[len(h.Revisions)-1].Revision != doc.Revision {
				h.Revisions = append(h.Revisions, doc)
			}
		}
		if len(h.Revisions) > 1 {
			histories = append(histories, h)
		}
	}
	return histories, nil
}

// Parse gives the text of a Markdown source, without the head of its page, whose few
// facts would be drawn as often as all of a short text.
func Parse(parser *markdown.Parser, file string, data []byte) *anchor.Doc {
	blocks := parser.Parse(file, data, site.KindDocument).Blocks()
	blocks = slices.DeleteFunc(slices.Clone(blocks), func(b site.Block) bool { return b.Head })
	// Anchors are made in words: two texts with the same ones are one here, however
	// they are set.
	sum := sha256.New()
	for _, b := range blocks {
		fmt.Fprintf(sum, "%s:%d:%s", b.Kind, len(b.Text), b.Text)
	}
	return &anchor.Doc{Revision: hex.EncodeToString(sum.Sum(nil)), Blocks: blocks}
}
