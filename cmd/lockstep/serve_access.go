package main

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site/git"
	"lockstep/site/review/access"
)

// accessFlags say who may comment on a served site.
type accessFlags struct {
	url               string
	insecure, invites bool
	oidcIssuer        string
	oidcClient        string
	oidcRole          string
	proxyHeader       string
	proxyFrom         []string
	proxyRole         string
}

func (f *accessFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "review-url", "", "where browsers reach this server: https://review.example.org")
	flags.BoolVar(&f.insecure, "insecure", false, "let people sign in without https; whoever listens on the way can be them")
	flags.BoolVar(&f.invites, "review-invites", false, "people sign in by links of lockstep review invite")
	flags.StringVar(&f.oidcIssuer, "review-oidc-issuer", "", "people sign in at this OpenID provider; its secret is in LOCKSTEP_OIDC_SECRET")
	flags.StringVar(&f.oidcClient, "review-oidc-client", "", "this site's client id there")
	flags.StringVar(&f.oidcRole, "review-oidc-role", "commenter", "what everybody may do who can sign in there")
	flags.StringVar(&f.proxyHeader, "review-proxy-header", "", "a proxy signs people in and names them in this header")
	flags.StringSliceVar(&f.proxyFrom, "review-proxy-from", nil, "addresses of that proxy; the header means nothing from others")
	flags.StringVar(&f.proxyRole, "review-proxy-role", "commenter", "what everybody may do who comes through it")
}

// public is where browsers reach the server.
func (f accessFlags) public(at net.Addr) string {
	return cmp.Or(strings.TrimSuffix(f.url, "/"), "http://"+shown(at))
}

const accessHelp = "lockstep serve --review-invites, --review-oidc-issuer or --review-proxy-header; or --reviews off"

// door is how people come in, and what answers their sign-in.
type door struct {
	Who      access.Identifier
	Patterns []string
	Handler  http.Handler
	Start    string // path that lets the browsers of who starts the server in; "" where people sign in
}

// open checks the flags. Beyond loopback nobody is known without one of them, and
// reviews are refused rather than left open.
func (f accessFlags) open(ctx context.Context, dir, data string, at net.Addr, stylesheets func() []string) (*door, error) {
	loopback := isLoopback(at)
	signIn := f.invites || f.oidcIssuer != "" || f.proxyHeader != ""
	switch {
	case !loopback && !signIn:
		return nil, usageError{"other machines can reach this address, and nobody would know who comments", accessHelp}
	case !loopback && (f.invites || f.oidcIssuer != "") && !strings.HasPrefix(f.url, "https://") && !f.insecure:
		return nil, usageError{"people would sign in without https", "put a server with TLS before this one and name it with --review-url https://…; or --insecure"}
	}
	d := &access.Sessions{Secure: strings.HasPrefix(f.url, "https://"), Stylesheets: stylesheets}
	out := &door{Patterns: d.Patterns()}
	mux := http.NewServeMux()
	mux.Handle("/", d.Handler())
	who := access.FirstOf{d}
	if f.invites || f.oidcIssuer != "" {
		var err error
		if d.Store, err = access.OpenStore(filepath.Join(data, "access"), nil); err != nil {
			return nil, err
		}
	}
	if f.oidcIssuer != "" {
		role, err := access.ParseRole(f.oidcRole)
		if err != nil {
			return nil, usageError{"--review-oidc-role: " + err.Error(), accessHelp}
		}
		o, err := access.NewOIDC(ctx, d, access.OIDCConfig{Issuer: f.oidcIssuer, ClientID: f.oidcClient, ClientSecret: os.Getenv("LOCKSTEP_OIDC_SECRET"), Base: f.url, Role: role})
		if err != nil {
			return nil, err
		}
		out.Patterns = append(out.Patterns, o.Patterns()...)
		mux.Handle("/sign-in/", o.Handler())
	}
	if f.proxyHeader != "" {
		role, err := access.ParseRole(f.proxyRole)
		if err != nil {
			return nil, usageError{"--review-proxy-role: " + err.Error(), accessHelp}
		}
		proxy, err := access.NewProxy(f.proxyHeader, f.proxyFrom, role)
		if err != nil {
			return nil, usageError{"--review-proxy-from: " + err.Error(), accessHelp}
		}
		who = append(who, proxy)
	}
	if loopback && !signIn {
		if err := os.MkdirAll(data, 0o700); err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(at.String())
		start, err := access.OpenStart(filepath.Join(data, "start"), port)
		if err != nil {
			return nil, err
		}
		d.Local = &access.Local{Name: gitConfig(dir, "user.name"), Email: gitConfig(dir, "user.email"), Start: start}
		out.Start = start.Path()
	}
	out.Who, out.Handler = who, mux
	return out, nil
}

// gitConfig is what git knows, or "".
func gitConfig(dir, key string) string {
	value, _ := git.Line(context.Background(), dir, "config", "--get", key)
	return value
}

func isLoopback(addr net.Addr) bool {
	host, _, _ := net.SplitHostPort(addr.String())
	return net.ParseIP(host).IsLoopback()
}
