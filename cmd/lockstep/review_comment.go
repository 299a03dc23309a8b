package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
	"lockstep/site/review/subject"
)

// commentFlags are what is to be said.
type commentFlags struct {
	quote, body, reply, resolve, kind, verdict, intent string
	at                                                 int
}

func newReviewCommentCommand() *cobra.Command {
	var f reviewFlags
	var c commentFlags
	cmd := &cobra.Command{
		Use:   "comment PAGE",
		Short: "Comment, answer, resolve or give a verdict, without a browser",
		Long: `Says something about a page as the person whom git knows here. A quote is a
passage as readers see it, or as it is written; one that stands in several places is
refused with a list of them, and --at takes one. Without a quote the comment is
about the page. The text comes from --body, from standard input, or from the editor
that VISUAL or EDITOR names.

A verdict, and the end of a blocking thread, are signed with the key with which git
signs (gpg.format ssh and user.signingkey). What is said lands in the log of this
machine if it has one, and otherwise in the files below adr/reviews: commit them.`,
		Example: `  lockstep review comment adr/0001-use-a-log --quote 'one log per shard' \
    --body 'Why not per key?'
  lockstep review comment adr/0001-use-a-log --quote 'log' --at 2 \
    --intent question < question.md
  lockstep review comment adr/0001-use-a-log --reply 7Q2K --body 'Keys move.'
  lockstep review comment adr/0001-use-a-log --resolve 7Q2K --kind declined \
    --body 'Out of scope.'
  lockstep review comment adr/0001-use-a-log --verdict approve`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"name one page", "lockstep review comment adr/0001-use-a-log --quote '…' --body '…'"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.check(cmd); err != nil {
				return err
			}
			sign, err := deskSigner(&f)
			if err != nil {
				return err
			}
			desk, err := openDesk(cmd.Context(), &f, offline.Options{Sign: sign})
			if err != nil {
				return err
			}
			doc, err := desk.page(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			who, err := access.Local{Name: gitConfig(f.dir, "user.name"), Email: gitConfig(f.dir, "user.email")}.Person()
			if err != nil {
				return err
			}
			said, err := c.say(cmd, desk, doc, who)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, as %s\n", doc.Name, said, who.Name)
			if c.verdict != "" && sign == nil {
				fmt.Fprintln(cmd.OutOrStdout(), "nobody signed it: git signs with no key of SSH here (git config gpg.format ssh, git config user.signingkey FILE)")
			}
			return desk.write(cmd)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&c.quote, "quote", "", "the passage that it is about")
	cmd.Flags().IntVar(&c.at, "at", 0, "which of several places of the quote, from 1")
	cmd.Flags().StringVar(&c.body, "body", "", "what to say; - reads standard input")
	cmd.Flags().StringVar(&c.reply, "reply", "", "answer in this thread: the beginning of its id")
	cmd.Flags().StringVar(&c.resolve, "resolve", "", "end this thread: the beginning of its id")
	cmd.Flags().StringVar(&c.kind, "kind", "answered", "how it ends: applied, answered, declined, obsolete")
	cmd.Flags().StringVar(&c.verdict, "verdict", "", "approve, request-changes or comment")
	cmd.Flags().StringVar(&c.intent, "intent", "comment", "comment, question, nit, praise or blocking")
	return cmd
}

// check refuses what cannot be meant.
func (c *commentFlags) check(cmd *cobra.Command) error {
	const help = "lockstep review comment --help"
	given := 0
	for _, flag := range []string{"quote", "reply", "resolve", "verdict"} {
		if cmd.Flags().Changed(flag) {
			given++
			if cmd.Flag(flag).Value.String() == "" {
				return usageError{"--" + flag + " is empty", help}
			}
		}
	}
	switch {
	case given > 1:
		return usageError{"--quote, --reply, --resolve and --verdict are four things to do: name one", help}
	case c.verdict != "" && !slices.Contains([]string{"approve", "request-changes", "comment"}, c.verdict):
		return usageError{fmt.Sprintf("--verdict %q: there are approve, request-changes and comment", c.verdict), help}
	case !slices.Contains(event.Intents, event.Intent(c.intent)):
		return usageError{fmt.Sprintf("--intent %q: there are comment, question, nit, praise and blocking", c.intent), help}
	case !slices.Contains(event.ResolutionKinds, event.ResolutionKind(c.kind)):
		return usageError{fmt.Sprintf("--kind %q: there are applied, answered, declined and obsolete", c.kind), help}
	case cmd.Flags().Changed("at") && (c.at < 1 || c.quote == ""):
		return usageError{"--at is the number of a place of the quote, from 1", help}
	}
	return nil
}

// say does it, and gives in words what was done.
func (c *commentFlags) say(cmd *cobra.Command, desk *reviewDesk, doc subject.Page, who access.Actor) (string, error) {
	ctx := cmd.Context()
	shown, err := desk.Review(ctx, doc, who)
	if err != nil {
		return "", err
	}
	switch {
	case c.verdict != "":
		body, err := c.text(cmd, doc, false)
		if err != nil {
			return "", err
		}
		return "verdict " + c.verdict, desk.SubmitVerdict(ctx, who, doc, review.VerdictRequest{Verdict: event.Verdict(c.verdict), Body: body, Revision: doc.Revision})
	case c.resolve != "":
		thread, err := threadCalled(shown, c.resolve)
		if err != nil {
			return "", err
		}
		reason, err := c.text(cmd, doc, false)
		if err != nil {
			return "", err
		}
		return "resolved " + thread, desk.Resolve(ctx, who, doc, thread, review.ResolveRequest{Kind: event.ResolutionKind(c.kind), Reason: reason})
	case c.reply != "":
		thread, err := threadCalled(shown, c.reply)
		if err != nil {
			return "", err
		}
		body, err := c.text(cmd, doc, true)
		if err != nil {
			return "", err
		}
		id, _, err := desk.Reply(ctx, who, doc, thread, review.CommentRequest{Body: body})
		return "reply " + id, err
	}
	request := review.ThreadRequest{Intent: event.Intent(c.intent)}
	if c.quote != "" {
		at, err := c.place(doc)
		if err != nil {
			return "", err
		}
		request.Anchor = &at
	}
	if request.Body, err = c.text(cmd, doc, true); err != nil {
		return "", err
	}
	id, _, err := desk.OpenThread(ctx, who, doc, request)
	return "thread " + id, err
}

// threadCalled finds a thread by the beginning of its id, or of that of a comment in
// it.
func threadCalled(shown *site.Review, begins string) (string, error) {
	var ids []string
	in := make(map[string]string)
	for _, t := range shown.Threads {
		for _, c := range t.Comments {
			ids = append(ids, c.ID)
			in[c.ID] = t.ID
		}
	}
	id, err := oneOf(ids, begins)
	return in[id], err
}

// place finds the quote.
func (c *commentFlags) place(doc subject.Page) (at review.AnchorRequest, err error) {
	found := offline.Find(doc, c.quote)
	switch {
	case len(found) == 0:
		return at, usageError{fmt.Sprintf("the quote stands nowhere on %s", doc.Name), "quote the words as readers see them, from one paragraph"}
	case len(found) == 1 && c.at <= 1:
		return found[0].Request, nil
	case c.at > len(found):
		return at, usageError{fmt.Sprintf("the quote stands in %d places, so there is no --at %d", len(found), c.at), "--at 1"}
	case c.at > 0:
		return found[c.at-1].Request, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the quote stands in %d places of %s:\n", len(found), doc.Name)
	for i, p := range found[:min(len(found), 20)] {
		fmt.Fprintf(&b, "  %d  %s:%d  %s: …%s«%s»%s…\n", i+1, doc.Source, p.Line, oneLine(p.Section, 40), oneLine(p.Before, 60), oneLine(p.Quote, 60), oneLine(p.After, 60))
	}
	return at, usageError{strings.TrimRight(b.String(), "\n"), "--at 1 for the first of them, or quote more"}
}

// text is what to say.
func (c *commentFlags) text(cmd *cobra.Command, doc subject.Page, needed bool) (string, error) {
	if c.body != "" && c.body != "-" || !needed && c.body == "" {
		return c.body, nil
	}
	if in, ok := cmd.InOrStdin().(*os.File); ok && c.body == "" {
		if info, err := in.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return written(cmd.Context(), in, doc.Name, c.quote)
		}
	}
	data, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), event.MaxBody+1))
	if err == nil && len(strings.TrimSpace(string(data))) == 0 {
		err = usageError{"there is nothing to say: standard input is empty", "--body '…'"}
	}
	return string(data), err
}

const belowThis = "--------- what stands from this line on is not sent ---------"

// written is what somebody writes in their editor.
func written(ctx context.Context, terminal *os.File, page, quote string) (string, error) {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if editor == "" {
		return "", usageError{"there is nothing to say, and neither VISUAL nor EDITOR names an editor", "--body '…'"}
	}
	file, err := os.CreateTemp("", "lockstep-comment-*.md")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	_, err = fmt.Fprintf(file, "\n%s\nabout %s\n%s\n", belowThis, page, quote)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	// Through the shell, as git does it: an editor may have arguments.
	cmd := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", file.Name())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the editor %q ended with an error, and nothing was sent: %w", editor, err)
	}
	data, err := os.ReadFile(file.Name())
	text, _, _ := strings.Cut(string(data), belowThis)
	if err == nil && strings.TrimSpace(text) == "" {
		err = errors.New("nothing was written, so nothing was sent")
	}
	return text, err
}
