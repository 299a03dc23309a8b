package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/client"
)

// reachFlags say how a verb reaches nodes: where they are, as whom, and by whom their
// certificates must be.
type reachFlags struct{ target, tokenFile, ca, cert, key string }

// tokenVariable is the environment's name for a token. A token is never an argument:
// everybody at the machine can read those.
const (
	tokenVariable = "LOCKSTEP_TOKEN"
	caVariable    = "LOCKSTEP_TLS_CA"
	certVariable  = "LOCKSTEP_TLS_CERT"
	keyVariable   = "LOCKSTEP_TLS_KEY"
)

func (f *reachFlags) add(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&f.target, "target", "", usage)
	f.addProof(cmd)
	cmd.Flags().StringVar(&f.ca, "tls-ca", "", "the authorities of the nodes' certificates (PEM; default: "+caVariable+", or those of the system)")
	cmd.Flags().StringVar(&f.cert, "tls-cert", "", "the certificate to show instead of a token (PEM; default: "+certVariable+")")
	cmd.Flags().StringVar(&f.key, "tls-key", "", "its private key (PEM; default: "+keyVariable+")")
}

func (f *reachFlags) addProof(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "file with the token that the nodes ask for (default: the token in "+tokenVariable+")")
}

// way leads to nodes.
type way struct {
	targets   func() []string
	transport http.RoundTripper
	connect   func() http.RoundTripper // another transport, which shares no connection
}

// open refuses, before anybody is asked, targets to which the token would go in clear text.
func (f reachFlags) open() (way, error) {
	w := way{targets: targets(f.target)}
	token, err := readToken(f.tokenFile)
	if err != nil {
		return w, err
	}
	if token != "" {
		for _, target := range w.targets() {
			u, err := url.Parse(target)
			if err == nil {
				err = client.MayShow(u)
			}
			if err != nil {
				return w, usageError{"--target: " + err.Error(), "give each target as https://HOST:PORT, or no token"}
			}
		}
	}
	current := replaced(f.tokenFile, token, time.Second)
	secure, err := authorities(cmp.Or(f.ca, os.Getenv(caVariable)))
	if err != nil {
		return w, err
	}
	own, err := openCertificate(cmp.Or(f.cert, os.Getenv(certVariable)), cmp.Or(f.key, os.Getenv(keyVariable)), time.Second)
	if err != nil {
		return w, err
	}
	if own != nil {
		if secure == nil {
			secure = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		secure.GetClientCertificate = own.forNode
	}
	connect := func() *http.Transport {
		transport := client.NewTransport()
		if secure != nil {
			transport.TLSClientConfig = secure.Clone()
		}
		return transport
	}
	w.connect = func() http.RoundTripper {
		var transport http.RoundTripper = connect()
		if own != nil {
			transport = &renewing{own: own, connect: connect}
		}
		if token == "" {
			return transport
		}
		return client.WithTokens(transport, current)
	}
	w.transport = w.connect()
	return w, nil
}

// replaced gives the token of a file, looked at once in a while, so that a verb that runs for
// long goes on when its token is replaced. What cannot be read changes nothing.
func replaced(file, token string, every time.Duration) func() string {
	if file == "" {
		return func() string { return token }
	}
	var mu sync.Mutex
	looked := time.Now()
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(looked) >= every {
			looked = time.Now()
			if newer, err := readToken(file); err == nil {
				token = newer
			}
		}
		return token
	}
}

func authorities(file string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{"--tls-ca: " + err.Error(), ""}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, usageError{"--tls-ca: " + file + " holds no certificate", "lockstep certs --help"}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil
}

// maxTokenFile bounds what is read of a file with a token, in bytes.
const maxTokenFile = 4 << 10

// readToken takes the file, or else the environment. No error has a part of what is there.
func readToken(file string) (string, error) {
	token, source := os.Getenv(tokenVariable), tokenVariable
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", usageError{"--token-file: " + err.Error(), ""}
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxTokenFile+1))
		if err != nil {
			return "", usageError{"--token-file: " + err.Error(), ""}
		}
		token, source = string(data), "--token-file "+file
		if strings.TrimSpace(token) == "" {
			return "", usageError{source + ": there is nothing in it", "lockstep token new --help"}
		}
	}
	token = strings.TrimSpace(token)
	if len(token) > maxTokenFile || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "", usageError{fmt.Sprintf("%s: this is no token: one is a single word, as lockstep token new makes it", source), "lockstep token new --help"}
	}
	return token, nil
}
