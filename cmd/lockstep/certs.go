package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	authorityLives   = 10 * 365 * 24 * time.Hour
	certificateLives = 365 * 24 * time.Hour
)

func newCertsCommand() *cobra.Command {
	var out string
	var clients []string
	cmd := &cobra.Command{
		Use:   "certs --out DIR [--client NAME] ID=HOST…",
		Short: "Make certificates for a trial over several hosts",
		Long: `Makes an authority (ca.pem, ca.key) in the folder, unless it has one, and a
certificate for each node (ID.pem, ID.key), good for its id and its host for one
year. Keep ca.key away from the nodes. An organisation with an authority of its
own needs no more of it than a certificate with the node's id as a DNS name, for
server and client use.

--client makes a certificate for somebody who asks the nodes: cert:cn:NAME in the
file of lockstep node --access. Give clients a folder of their own, whose ca.pem is
--http-client-ca, so that their authority signs for no node.`,
		Example: `  lockstep certs --out certs n1=10.0.0.1 n2=10.0.0.2 n3=10.0.0.3
  lockstep node --id n1 … --tls-cert certs/n1.pem --tls-key certs/n1.key \
    --tls-ca certs/ca.pem
  lockstep certs --out clients --client ops`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usageError{"--out is missing", "lockstep certs --help"}
			}
			if len(args)+len(clients) == 0 {
				return usageError{"name a node as ID=HOST, or a client by --client", "lockstep certs --help"}
			}
			return makeCerts(cmd, out, args, clients)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the files")
	cmd.Flags().StringSliceVar(&clients, "client", nil, "name of a client to make a certificate for; with commas, or again")
	return cmd
}

func makeCerts(cmd *cobra.Command, dir string, nodes, clients []string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	ca, key, err := openAuthority(dir)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		id, host, ok := strings.Cut(n, "=")
		if !ok || id == "" || host == "" || strings.ContainsAny(id, `/\`) {
			return usageError{fmt.Sprintf("%q is not ID=HOST", n), "lockstep certs --help"}
		}
		template := certificate(id, certificateLives)
		template.DNSNames = []string{id}
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = []net.IP{ip}
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
		if _, err := writeCertificate(dir, id, template, ca, key); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", filepath.Join(dir, id+".pem"), filepath.Join(dir, id+".key"))
	}
	for _, name := range clients {
		if name == "" || strings.ContainsAny(name, `/\ `) {
			return usageError{fmt.Sprintf("--client: %q is no name", name), "lockstep certs --help"}
		}
		// A DNS name could be the id of a node, and the certificate speak for it.
		template := certificate(name, certificateLives)
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		if _, err := writeCertificate(dir, name, template, ca, key); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
	}
	return nil
}

// openAuthority reads the folder's authority, or makes one.
func openAuthority(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	encoded, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if errors.Is(err, fs.ErrNotExist) {
		// Two authorities of one name cannot be told apart by a client that is asked for a
		// certificate of one of them.
		template := certificate("lockstep "+rand.Text(), authorityLives)
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
		key, err := writeCertificate(dir, "ca", template, template, nil)
		return template, key, err
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read authority: %w", err)
	}
	secret, err := os.ReadFile(filepath.Join(dir, "ca.key"))
	if err != nil {
		return nil, nil, fmt.Errorf("read authority: %w", err)
	}
	public, _ := pem.Decode(encoded)
	private, _ := pem.Decode(secret)
	if public == nil || private == nil {
		return nil, nil, errors.New("read authority: ca.pem or ca.key is not PEM")
	}
	ca, err := x509.ParseCertificate(public.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("read authority: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(private.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("read authority: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, errors.New("read authority: ca.key was not made by this command")
	}
	return ca, key, nil
}

func certificate(name string, lives time.Duration) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // rand.Reader does not fail
	now := time.Now()
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: now.Add(-5 * time.Minute), NotAfter: now.Add(lives)} // clocks differ
}

// writeCertificate signs with the parent's key, or with its own if that is nil,
// and never overwrites.
func writeCertificate(dir, name string, template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	if parentKey == nil {
		parentKey = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, fmt.Errorf("sign certificate of %s: %w", name, err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key of %s: %w", name, err)
	}
	if err := writeCertFile(filepath.Join(dir, name+".key"), 0o600, "PRIVATE KEY", secret); err != nil {
		return nil, err
	}
	return key, writeCertFile(filepath.Join(dir, name+".pem"), 0o644, "CERTIFICATE", der)
}

func writeCertFile(name string, mode os.FileMode, kind string, der []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	return errors.Join(pem.Encode(file, &pem.Block{Type: kind, Bytes: der}), file.Close())
}
