package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site/review/access"
	"lockstep/site/review/repo"
	"lockstep/site/review/signature"
)

// reviewSigner signs what is decided. Whoever works on their own machine, as the
// person whom git knows there, signs as they sign commits. For everybody else, who
// has signed in somehow, the server signs: it vouches that they did.
type reviewSigner struct {
	own signature.Key
	git signature.Git // Key is "" where git signs with no key of SSH
	me  access.Actor
}

// signingKey is the file of the server's key, in the store.
const signingKey = "signing_key"

func openReviewSigner(dir, store string) (s reviewSigner, err error) {
	if err := os.MkdirAll(store, 0o700); err != nil {
		return s, fmt.Errorf("open the signing key: %w", err)
	}
	if s.own, err = signature.OpenKey(filepath.Join(store, signingKey)); err != nil {
		return s, err
	}
	if gitConfig(dir, "gpg.format") == "ssh" {
		s.git = signature.Git{Program: gitConfig(dir, "gpg.ssh.program"), Key: gitConfig(dir, "user.signingkey")}
	}
	s.me, err = access.Local{Name: gitConfig(dir, "user.name"), Email: gitConfig(dir, "user.email")}.Person()
	return s, err
}

// Sign signs a message as the word of a person.
func (s reviewSigner) Sign(ctx context.Context, person string, message []byte) (string, error) {
	if s.git.Key != "" && person == s.me.ID {
		return s.git.Sign(ctx, message)
	}
	return s.own.Sign(ctx, message)
}

// line is the line of allowed signers for the key that signs here. local tells that
// nobody signs in, so the key may speak for the person whom git knows and for nobody
// else.
func (s reviewSigner) line(ctx context.Context, local bool) (string, error) {
	var key signature.Signer = s.own
	whom := "oidc:*,invite:*,proxy:*,token:*"
	if local {
		whom = s.me.ID
		if s.me.Email != "" {
			whom = strings.ToLower(s.me.Email)
		}
		if s.git.Key != "" {
			key = s.git
		}
	}
	public, err := key.Public(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s namespaces=%q %s", strings.ReplaceAll(whom, " ", "?"), signature.Namespace, public), nil
}

func newReviewSignerCommand() *cobra.Command {
	var f reviewFlags
	var add, server bool
	cmd := &cobra.Command{
		Use:   "signer",
		Short: "Print the key that signs here, as a line of allowed signers",
		Long: `Prints whom the key that signs here may speak for, in the format of
ssh-keygen's allowed signers. With --add the line is written to
adr/reviews/allowed_signers: commit it, and let the others look at it. Once that file
is there, verdicts count only if they are signed with a key that it lists.

On your own machine that is the key with which git signs (gpg.format ssh and
user.signingkey), or else one that lies in the data folder. With --server it is the
key of a server where people sign in; it speaks for them.`,
		Example: `  lockstep review signer
  lockstep review signer --add
  lockstep review signer --server --add --data /srv/lockstep`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signer, err := openReviewSigner(f.dir, f.store())
			if err != nil {
				return err
			}
			line, err := signer.line(cmd.Context(), !server)
			if err != nil {
				return err
			}
			if !add {
				fmt.Fprintln(cmd.OutOrStdout(), line)
				return nil
			}
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			file := path.Join(tree.ReviewFolder(), repo.SignersFile)
			written, err := addSigner(f.dir, file, line)
			if err != nil {
				return fmt.Errorf("add a signer: %w", err)
			}
			if !written {
				fmt.Fprintf(cmd.OutOrStdout(), "%s has the line already\n", file)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: written; commit it\n", file)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&add, "add", false, "write the line into the repository")
	cmd.Flags().BoolVar(&server, "server", false, "the key of a server where people sign in")
	return cmd
}

// addSigner appends a line that is not there.
func addSigner(dir, file, line string) (written bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	data, err := root.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	text := string(data)
	for old := range strings.Lines(text) {
		if strings.TrimSpace(old) == line {
			return false, nil
		}
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
		return false, err
	}
	if err := root.WriteFile(file+".new", []byte(text+line+"\n"), 0o644); err != nil {
		return false, err
	}
	return true, root.Rename(file+".new", file)
}
