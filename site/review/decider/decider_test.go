package decider

import "testing"

func TestMatch(t *testing.T) {
	const key = "SHA256:uNiVztksCsDhcc0u9e8BrqoOMEnEXEX1X9jOZ1V6c0g"
	listed := Map{"Ada Lovelace": {"ada@example.org", "oidc:https://idp.example#17", key}, "Bob": {"invite:7f3a"}}
	for _, tt := range []struct {
		name                   string
		m                      Map
		decides, id, calls, fp string
		want                   Match
	}{
		{"an address", listed, "ada  lovelace", "local:Ada@Example.org", "A.", "", Known},
		{"issuer and subject", listed, "Ada Lovelace", "oidc:https://idp.example#17", "A.", "", Known},
		{"another subject", listed, "Ada Lovelace", "oidc:https://idp.example#18", "Ada Lovelace", "", Other},
		{"another issuer", listed, "Ada Lovelace", "oidc:https://evil.example#17", "Ada Lovelace", "", Other},
		{"a key", listed, "Ada Lovelace", "local:laptop", "A.", key, Known},
		{"another key", listed, "Ada Lovelace", "local:laptop", "Ada Lovelace", "SHA256:x", Other},
		{"an invitation", listed, "Bob", "invite:7f3a", "Robert", "", Known},
		{"a name, where another has ids", listed, "Carl", "local:carl@example.org", "Carl", "", Other},
		{"a name", nil, "Ada Lovelace", "oidc:https://idp.example#99", "Ada Lovelace", "", Named},
		{"a name as an id on this machine", nil, "Ada Lovelace", "local:Ada Lovelace", "Ada Lovelace", "", Named},
		{"an address in the record", nil, "ada@example.org", "local:ada@example.org", "Ada", "", Known},
		{"a user of a proxy in the record", nil, "@ada", "proxy:ada", "Ada", "", Known},
		{"nobody's name", nil, "Ada Lovelace", "local:bob@example.org", "Bob", "", Other},
		{"an account of a forge", Map{"Ada": {"github:github.com/17"}}, "Ada", "github:github.com/17", "octocat at github.com", "", Known},
		{"an account in the record", nil, "github:github.com/17", "github:github.com/17", "octocat at github.com", "", Known},
		{"an account of another host", Map{"Ada": {"github:github.com/17"}}, "Ada", "github:git.example.org/17", "Ada", "", Other},
		{"an account by its number alone", Map{"Ada": {"17", "@github.com/17", "github.com/17"}}, "Ada", "github:github.com/17", "Ada", "", Other},
		{"an account that is called so", nil, "Ada Lovelace", "gitlab:gitlab.com/17", "Ada Lovelace", "", Other},
		{"a mail from an address that is listed", listed, "Ada Lovelace", "mail:ada@example.org", "Ada Lovelace", "", Other},
		{"a mail from an address in the record", nil, "ada@example.org", "mail:ada@example.org", "Ada", "", Other},
		{"an imported name", nil, "Ada Lovelace", "import:Ada Lovelace", "Ada Lovelace", "", Other},
		{"nothing", nil, "", "local:", "", "", Other},
	} {
		if got := tt.m.Match(tt.decides, tt.id, tt.calls, tt.fp); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
	if id, names := (Map{"Ada": {"x@example.org"}, "Bob": {"X@example.org"}}).Shared(); id != "x@example.org" || len(names) != 2 {
		t.Errorf("one id of two people: %q %q", id, names)
	}
	if _, names := listed.Shared(); names != nil {
		t.Errorf("shared by %q", names)
	}
}
