package access

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// certPrefix stands before what a certificate is called.
const certPrefix = "cert:"

// Subject is what a certificate is called in an access file: uri:, dns: or cn: and the
// name. It is the URI among the certificate's alternative names (SPIFFE has one); without
// one, the DNS name among them, in small letters; without that, the Common Name.
// Addresses and mail addresses do not count. The kind is a part of it, so that who may
// choose his Common Name takes nobody's DNS name.
//
// Two names of the kind that counts are an error, and so is a name that no line can hold:
// such a certificate is nobody.
func Subject(c *x509.Certificate) (string, error) {
	var common []string
	for _, part := range c.Subject.Names {
		if part.Type.Equal([]int{2, 5, 4, 3}) {
			common = append(common, fmt.Sprint(part.Value))
		}
	}
	var uris []string
	for _, u := range c.URIs {
		uris = append(uris, u.String())
	}
	for _, of := range []struct {
		kind, called string
		names        []string
	}{{"uri:", "URIs", uris}, {"dns:", "DNS names", c.DNSNames}, {"cn:", "Common Names", common}} {
		switch len(of.names) {
		case 0:
		case 1:
			return parseSubject(of.kind + of.names[0])
		default:
			return "", fmt.Errorf("it has %d %s, and so is called nothing: it needs one", len(of.names), of.called)
		}
	}
	return "", errors.New("it has no URI, no DNS name and no Common Name, and so is called nothing")
}

// parseSubject gives the one spelling of what a certificate is called.
func parseSubject(text string) (string, error) {
	kind, name, _ := strings.Cut(text, ":")
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }) {
		return "", errors.New("it is called nothing that fits into a line: its name is empty, or has spaces or control signs")
	}
	switch kind {
	case "uri":
		u, err := url.Parse(name)
		if err != nil || u.Scheme == "" {
			return "", errors.New("its URI is none: it begins with a scheme, as spiffe://example.org/app does")
		}
		name = u.String()
	case "dns":
		if name = strings.ToLower(name); strings.Contains(name, "*") {
			return "", errors.New("its DNS name has a star, and so is called after many")
		}
	case "cn":
	default:
		return "", errors.New("its kind is none of uri, dns and cn")
	}
	return kind + ":" + name, nil
}

// Certificate is what a certificate that is called so lets its bearer do; nil if no line
// has it. That the certificate is good is the caller's to know.
func (f *File) Certificate(subject string) *Grant {
	f.Look()
	grants := *f.grants.Load()
	i := slices.IndexFunc(grants, func(g *Grant) bool { return g.proof.subject == subject && subject != "" })
	if i < 0 {
		return nil
	}
	return grants[i]
}
