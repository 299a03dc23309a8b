package origin

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/o/r.git":              "https://github.com/o/r",
		"https://user:token@github.com/o/r":       "https://github.com/o/r",
		"https://oauth2:glpat-x@gitlab.com/g/r":   "https://gitlab.com/g/r",
		"git@github.com:o/r.git":                  "https://github.com/o/r",
		"token@codeberg.org:o/r.git":              "https://codeberg.org/o/r",
		"ssh://git@gitlab.com:22/group/sub/r.git": "https://gitlab.com/group/sub/r",
		"ssh://git@Gitlab.Example.org:2222/g/r/":  "https://gitlab.example.org/g/r",
		"https://forgejo.example.org/o/r.git":     "https://forgejo.example.org/o/r",
		"git@bitbucket.org:o/r.git":               "https://bitbucket.org/o/r",
		"https://git.example.org/o/r.git":         "", // how it shows files is not known
		"https://notgithub.com/o/r.git":           "",
		"https://github.com":                      "",
		"https://github.com/../\"><script>":       "https://github.com/../%22%3E%3Cscript%3E",
		"/srv/git/r.git":                          "",
		"../r":                                    "",
		"C:\\r":                                   "",
		"":                                        "",
	} {
		if got := Detect(remote); got != want {
			t.Errorf("Detect(%q) = %q, want %q", remote, got, want)
		}
		if got := Detect(remote); strings.Contains(got, "token") || strings.Contains(got, "glpat") {
			t.Errorf("Detect(%q) publishes credentials: %q", remote, got)
		}
	}
}

// TestOrigin: the addresses of files on each kind of host, with names that need
// escaping and a source tree that is a folder of the repository.
func TestOrigin(t *testing.T) {
	const file, sha = "docs/a b#c.md", "0123abcd"
	for _, tt := range []struct {
		of                string
		origin            Origin
		file, built, edit string
	}{
		{"github", Origin{Repository: "https://github.com/o/r", Branch: "main", Commit: sha},
			"https://github.com/o/r/blob/HEAD/docs/a%20b%23c.md", "https://github.com/o/r/blob/0123abcd/docs/a%20b%23c.md#L7", "https://github.com/o/r/edit/main/docs/a%20b%23c.md"},
		{"gitlab", Origin{Repository: "https://gitlab.com/g/s/r", Branch: "release/1", Commit: sha},
			"https://gitlab.com/g/s/r/-/blob/HEAD/docs/a%20b%23c.md", "https://gitlab.com/g/s/r/-/blob/0123abcd/docs/a%20b%23c.md#L7", "https://gitlab.com/g/s/r/-/edit/release/1/docs/a%20b%23c.md"},
		{"codeberg", Origin{Repository: "https://codeberg.org/o/r", Branch: "main", Commit: sha},
			"https://codeberg.org/o/r/src/branch/main/docs/a%20b%23c.md", "https://codeberg.org/o/r/src/commit/0123abcd/docs/a%20b%23c.md#L7", "https://codeberg.org/o/r/_edit/main/docs/a%20b%23c.md"},
		{"gitea without a branch", Origin{Repository: "https://gitea.example.org/o/r", Commit: sha},
			"https://gitea.example.org/o/r/src/commit/0123abcd/docs/a%20b%23c.md", "https://gitea.example.org/o/r/src/commit/0123abcd/docs/a%20b%23c.md#L7", ""},
		{"bitbucket", Origin{Repository: "https://bitbucket.org/o/r", Branch: "main", Commit: sha},
			"https://bitbucket.org/o/r/src/HEAD/docs/a%20b%23c.md", "https://bitbucket.org/o/r/src/0123abcd/docs/a%20b%23c.md#lines-7", "https://bitbucket.org/o/r/src/main/docs/a%20b%23c.md?mode=edit&at=main"},
		{"a folder of the repository", Origin{Repository: "https://github.com/o/r.git", Branch: "main", Folder: "design/"},
			"https://github.com/o/r/blob/HEAD/design/docs/a%20b%23c.md", "https://github.com/o/r/blob/HEAD/design/docs/a%20b%23c.md#L7", "https://github.com/o/r/edit/main/design/docs/a%20b%23c.md"},
		{"another host", Origin{Repository: "https://git.example.org/o/r/plain", Branch: "main", Commit: sha},
			"https://git.example.org/o/r/plain/docs/a%20b%23c.md", "https://git.example.org/o/r/plain/docs/a%20b%23c.md#L7", ""},
		{"another host with a pattern", Origin{Repository: "https://git.example.org/o/r/plain", Pattern: "https://git.example.org/o/r/edit?b={branch}&f={path}", Branch: "main"},
			"https://git.example.org/o/r/plain/docs/a%20b%23c.md", "https://git.example.org/o/r/plain/docs/a%20b%23c.md#L7", "https://git.example.org/o/r/edit?b=main&f=docs/a%20b%23c.md"},
		{"nobody shall edit", Origin{Repository: "https://github.com/o/r", Pattern: "none", Branch: "main"},
			"https://github.com/o/r/blob/HEAD/docs/a%20b%23c.md", "https://github.com/o/r/blob/HEAD/docs/a%20b%23c.md#L7", ""},
		{"a branch is named", Origin{Repository: "https://github.com/o/r/tree/next/sub", Branch: "main", Commit: sha},
			"https://github.com/o/r/tree/next/sub/docs/a%20b%23c.md", "https://github.com/o/r/tree/next/sub/docs/a%20b%23c.md#L7", ""},
	} {
		if got := tt.origin.File(file); got != tt.file {
			t.Errorf("%s: file %s, want %s", tt.of, got, tt.file)
		}
		if got := tt.origin.Built(file, 7); got != tt.built {
			t.Errorf("%s: built %s, want %s", tt.of, got, tt.built)
		}
		if got := tt.origin.Edit(file); got != tt.edit {
			t.Errorf("%s: edit %s, want %s", tt.of, got, tt.edit)
		}
	}
}
