package access

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxy believes a header that names the person, from addresses of a proxy that
// has signed them in. From any other address the header means nothing.
type Proxy struct {
	Header string
	From   []netip.Prefix
	Role   Role // of everybody who comes through it
}

var _ Identifier = Proxy{}

// NewProxy checks what an operator wrote. A range that cannot be read is an
// error, and so is one that holds every address: it would believe everybody.
func NewProxy(header string, from []string, role Role) (Proxy, error) {
	p := Proxy{Header: http.CanonicalHeaderKey(strings.TrimSpace(header)), Role: role}
	if p.Header == "" || strings.ContainsAny(p.Header, " :\t") {
		return p, fmt.Errorf("%q is not the name of a header", header)
	}
	for _, text := range from {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			addr, err := netip.ParseAddr(strings.TrimSpace(text))
			if err != nil {
				return p, fmt.Errorf("%q is neither an address nor a range like 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		if prefix.Bits() == 0 {
			return p, fmt.Errorf("%q holds every address: anybody could say who they are", text)
		}
		p.From = append(p.From, prefix.Masked())
	}
	if len(p.From) == 0 {
		return p, fmt.Errorf("no address of the proxy is given: anybody could say who they are")
	}
	return p, nil
}

// Trusts says whether a request comes from the proxy.
func (p Proxy) Trusts(r *http.Request) bool {
	addr, ok := remote(r)
	if !ok {
		return false
	}
	for _, prefix := range p.From {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// Identify implements [Identifier].
func (p Proxy) Identify(r *http.Request) (Actor, error) {
	values := r.Header.Values(p.Header)
	if len(values) != 1 || !p.Trusts(r) || !validName(values[0]) {
		return Actor{}, ErrSignIn
	}
	name := strings.TrimSpace(values[0])
	return Actor{ID: "proxy:" + name, Name: name, Role: p.Role}, nil
}

// remote is the address that a request comes from.
func remote(r *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap(), err == nil
}

// FirstOf asks one after the other, and takes the first who knows the person.
type FirstOf []Identifier

var _ Identifier = FirstOf{}

// Identify implements [Identifier].
func (a FirstOf) Identify(r *http.Request) (Actor, error) {
	for _, i := range a {
		if who, err := i.Identify(r); err == nil {
			return who, nil
		}
	}
	return Actor{}, ErrSignIn
}

// ParseRole reads the name of a role.
func ParseRole(name string) (Role, error) {
	for r := Reader; r <= Maintainer; r++ {
		if r.String() == name {
			return r, nil
		}
	}
	return Reader, fmt.Errorf("there is no role %q; there are reader, commenter, reviewer and maintainer", name)
}
