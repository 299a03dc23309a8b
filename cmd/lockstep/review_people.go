package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/review/access"
)

// people are those who may come in.
func (f *reviewFlags) people(ctx context.Context) (*access.Store, error) {
	if err := claimData(ctx, filepath.Dir(f.store())); err != nil {
		return nil, err
	}
	return access.OpenStore(filepath.Join(f.store(), "access"), nil)
}

func newReviewInviteCommand() *cobra.Command {
	var f reviewFlags
	var name, email, role, base, page string
	var expires time.Duration
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Make a link that lets one person in, once",
		Long: `Prints a link. Whoever opens it first, in a browser, and says so, reviews as
that person, and begins on the page of --page. Only a hash of the link is kept. The
server must run with --review-invites; it need not be started again. The link has
the address that the server last ran at, unless --url names another.`,
		Example: `  lockstep review invite --name "Ada Lovelace" --role reviewer \
    --page adr/0007-fixed-slots
  lockstep review invite --name Bob --role commenter --expires 24h`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := access.ParseRole(role)
			switch {
			case err != nil:
				return usageError{"--role: " + err.Error(), "lockstep review invite --help"}
			case name == "":
				return usageError{"--name is missing: comments are shown with it", "lockstep review invite --help"}
			case expires <= 0 || expires > 90*24*time.Hour:
				return usageError{"--expires must be between a moment and 90 days", "lockstep review invite --expires 168h"}
			}
			to, err := f.pathOf(page)
			if err != nil {
				return err
			}
			if base, err = f.publicAddress(base); err != nil {
				return err
			}
			store, err := f.people(cmd.Context())
			if err != nil {
				return err
			}
			token, i, err := store.InviteTo(to, name, email, r, expires)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s/invite/%s\n", base, token)
			fmt.Fprintf(cmd.ErrOrStderr(), "for %s, %s, until %s; lockstep review revoke %s takes it back\n", i.Name, i.Role, i.Expires.Format("2006-01-02 15:04 UTC"), i.ID)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&name, "name", "", "the person's name")
	cmd.Flags().StringVar(&email, "email", "", "the person's address, if you like")
	cmd.Flags().StringVar(&role, "role", "commenter", "reader, commenter, reviewer or maintainer")
	cmd.Flags().StringVar(&base, "url", "", "where browsers reach the server (default: where it runs, or ran last)")
	cmd.Flags().StringVar(&page, "page", "", "the page to begin on: adr/0007-fixed-slots")
	cmd.Flags().DurationVar(&expires, "expires", 7*24*time.Hour, "how long the link works")
	return cmd
}

// pathOf is the path of a page, "" for none.
func (f *reviewFlags) pathOf(page string) (string, error) {
	if page == "" {
		return "", nil
	}
	tree, err := loadTree(f.dir)
	if err != nil {
		return "", err
	}
	d, ok := tree.Document(strings.TrimSuffix(page, ".md"))
	if !ok {
		return "", usageError{fmt.Sprintf("--page: there is no page %q", page), "--page adr/0007-fixed-slots; the path of its file without .md will do"}
	}
	return d.Path, nil
}

// publicAddress is where browsers reach the server: as named, or as the server has
// written down. Before any has run, that is where one would by itself.
func (f *reviewFlags) publicAddress(named string) (string, error) {
	if named == "" {
		data, err := os.ReadFile(filepath.Join(f.store(), addressFile))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			named = "http://127.0.0.1:8080"
		case err != nil:
			return "", err
		default:
			named = strings.TrimSpace(string(data))
		}
	}
	u, err := url.Parse(named)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usageError{fmt.Sprintf("--url: %q is not an address", named), "--url https://review.example.org"}
	}
	return strings.TrimSuffix(named, "/"), nil
}

func newReviewTokenCommand() *cobra.Command {
	var f reviewFlags
	var name, role string
	var expires time.Duration
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make a token with which a program comments",
		Long: `Prints a token for the header Authorization. A program that sends it comments
under its name, and may do what its role may, until the token expires or is
revoked. Only a hash of it is kept. The server must run with --review-invites or
--review-oidc-issuer; it need not be started again.`,
		Example: `  TOKEN=$(lockstep review token --name CI --role commenter --expires 720h)
  curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
    -d '{"id":"build-17","body":"The build is red."}' \
    https://review.example.org/api/reviews/adr/0001-log/threads`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := access.ParseRole(role)
			switch {
			case err != nil:
				return usageError{"--role: " + err.Error(), "lockstep review token --help"}
			case name == "":
				return usageError{"--name is missing: comments are shown with it", "lockstep review token --help"}
			case expires <= 0 || expires > 366*24*time.Hour:
				return usageError{"--expires must be between a moment and 366 days", "lockstep review token --expires 720h"}
			}
			store, err := f.people(cmd.Context())
			if err != nil {
				return err
			}
			token, t, err := store.NewToken(name, r, expires)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), token)
			fmt.Fprintf(cmd.ErrOrStderr(), "for %s, %s, until %s; lockstep review revoke %s takes it back\n", t.Name, t.Role, t.Expires.Format("2006-01-02 15:04 UTC"), t.ID)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&name, "name", "", "the program's name")
	cmd.Flags().StringVar(&role, "role", "commenter", "reader, commenter, reviewer or maintainer")
	cmd.Flags().DurationVar(&expires, "expires", 30*24*time.Hour, "how long the token works")
	return cmd
}

func newReviewInvitesCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "invites",
		Short: "List invitations and tokens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := f.people(cmd.Context())
			if err != nil {
				return err
			}
			all, err := store.Invitations()
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, i := range all {
				state := "open until " + i.Expires.Format("2006-01-02 15:04 UTC")
				if i.Used {
					state = "used"
				} else if time.Now().After(i.Expires) {
					state = "expired"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.ID, oneLine(i.Name, 40), i.Role, state)
			}
			tokens, err := store.Tokens()
			if err != nil {
				return err
			}
			for _, t := range tokens {
				state := "a token until " + t.Expires.Format("2006-01-02 15:04 UTC")
				if time.Now().After(t.Expires) {
					state = "a token, expired"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, oneLine(t.Name, 40), t.Role, state)
			}
			return w.Flush()
		},
	}
	f.add(cmd)
	return cmd
}

func newReviewRevokeCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Take an invitation back and end its sessions, or a token",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := f.people(cmd.Context())
			if err != nil {
				return err
			}
			if err := store.Revoke(args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "revoked %s\n", args[0])
			return nil
		},
	}
	f.add(cmd)
	return cmd
}
