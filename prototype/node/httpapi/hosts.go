package httpapi

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// splitHost takes a Host header, or HOST:PORT, apart. Names are in lower case and
// without the dot of a full name, addresses in their shortest form and without
// brackets, so that equal hosts are equal strings.
func splitHost(host string) (name, port string) {
	u := url.URL{Host: host}
	name = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		name = ip.Unmap().WithZone("").String()
	}
	return name, u.Port()
}

// originOf writes an origin as browsers do, in the one form that is compared.
func originOf(scheme, name, port string) string {
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	scheme = strings.ToLower(scheme)
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return scheme + "://" + name
	}
	return scheme + "://" + name + ":" + port
}

// parseOrigin reads SCHEME://HOST[:PORT]. The origin "null" is everybody's, and so
// none.
func parseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" || *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
		return "", fmt.Errorf("%.100q is no origin: want https://HOST or https://HOST:PORT, without a path", text)
	}
	name, port := splitHost(u.Host)
	return originOf(u.Scheme, name, port), nil
}

// parseHost reads HOST or HOST:PORT, and gives the form that is compared.
func parseHost(text string) (string, error) {
	name, port := splitHost(text)
	if name == "" || strings.ContainsAny(name, "/@*? \t") || strings.Contains(name, ":") && !strings.HasPrefix(text, "[") {
		return "", fmt.Errorf("%.100q is no host: want a name or an address, with or without :PORT, an address of version 6 in brackets", text)
	}
	if port != "" {
		name += ":" + port
	}
	return name, nil
}
