package replay

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
)

// maxRevisions bounds the revisions of one document, the newest ones.
const maxRevisions = 120

// Git reads the histories of the Markdown files of a repository whose path
// matches the pattern, such as "adr/*.md" or "*" for all. A shallow clone has
// short ones.
func Git(ctx context.Context, dir, pattern string) ([]History, error) {
	list, err := git(ctx, dir, "ls-files", "-z", "--", "*.md", "*.markdown")
	if err != nil {
		return nil, err
	}
	objects, err := openObjects(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer objects.close()
	parser := markdown.New(markdown.Options{})
	var histories []History
	for file := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		if ok, err := path.Match(pattern, file); err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
		} else if !ok && pattern != "*" {
			continue
		}
		// Along first parents a text has one history: work that was done side by side and
		// merged would seem to take passages out and put them back, by turns.
		log, err := git(ctx, dir, "log", "--first-parent", "--format=%H", "-n", strconv.Itoa(maxRevisions), "--", file)
		if err != nil {
			return nil, err
		}
		h := History{Name: file}
		commits := strings.Fields(log)
		for i := len(commits) - 1; i >= 0; i-- {
			data, err := objects.read(commits[i] + ":" + file)
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

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.quotePath=false"}, args...)...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return string(out), nil
}

// objects reads objects from one git process.
type objects struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func openObjects(ctx context.Context, dir string) (*objects, error) {
	cmd := exec.CommandContext(ctx, "git", "-C", dir, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	return &objects{cmd, in, bufio.NewReader(out)}, nil
}

func (o *objects) read(name string) ([]byte, error) {
	if strings.ContainsAny(name, "\n") {
		return nil, fmt.Errorf("the name %q cannot be asked for", name)
	}
	if _, err := io.WriteString(o.in, name+"\n"); err != nil {
		return nil, err
	}
	header, err := o.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(header)
	size := -1
	if len(fields) == 3 && fields[1] == "blob" {
		size, _ = strconv.Atoi(fields[2])
	}
	if size < 0 {
		return nil, fmt.Errorf("there is no %s", name)
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(o.out, data); err != nil {
		return nil, err
	}
	return data[:size], nil
}

func (o *objects) close() {
	o.in.Close()
	o.cmd.Wait()
}
