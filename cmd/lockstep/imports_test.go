package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// importRule forbids packages below From to import packages below Deny, except
// those below Allow. Paths are prefixes of whole path elements; "std" in Deny
// stands for everything outside the standard library.
type importRule struct {
	From, Deny string
	Except     []string // packages below From that may
	Allow      []string // packages below Deny that are fine
	Tests      bool     // holds for _test.go files too
	Reason     string
}

var importRules = []importRule{
	{From: "lockstep/site", Deny: "lockstep/prototype", Tests: true,
		Reason: "the generator must work for repositories that have no cluster; cmd/lockstep joins the two"},
	{From: "lockstep/prototype", Deny: "lockstep/site", Tests: true,
		Reason: "the cluster must run without a site; cmd/lockstep joins the two"},
	{From: "lockstep", Deny: "lockstep/cmd", Except: []string{"lockstep/cmd"}, Tests: true,
		Reason: "flags and wiring live in cmd and nobody depends on them"},
	{From: "lockstep/site/reference", Deny: "lockstep", Allow: []string{"lockstep/site/reference"},
		Reason: "every package may compare itself with the reference"},
	{From: "lockstep/prototype/check", Deny: "lockstep/prototype", Allow: []string{"lockstep/prototype/check", "lockstep/prototype/history"},
		Reason: "the judge shares no code with what it judges"},
	{From: "lockstep", Deny: "github.com/anishathalye/porcupine", Except: []string{"lockstep/prototype/check/linear"},
		Reason: "the general checker is a second opinion, and stays out of the browser"},
	{From: "lockstep", Deny: "github.com/hashicorp/raft", Except: []string{"lockstep/prototype/node", "lockstep/prototype/cluster"},
		Reason: "another consensus library must stay a change of node, of what stands below it, and of the cluster's stores in memory"},
	{From: "lockstep", Deny: "github.com/hashicorp/raft-boltdb", Except: []string{"lockstep/prototype/node/storage"},
		Reason: "disk stores stay out of the browser build"},
	{From: "lockstep", Deny: "github.com/hashicorp/raft-wal", Except: []string{"lockstep/prototype/node/storage"},
		Reason: "disk stores stay out of the browser build"},
	{From: "lockstep/prototype/node/storage", Deny: "lockstep/prototype", Tests: true,
		Allow:  []string{"lockstep/prototype/node/storage", "lockstep/prototype/node/disk", "lockstep/prototype/node/hclogger", "lockstep/prototype/fault", "lockstep/prototype/mutant"},
		Reason: "what is on disk must be judged without shards, other nodes and HTTP"},
	{From: "lockstep/formattest", Deny: "lockstep", Tests: true,
		Reason: "the tests of both halves hold their bytes by it, as it brings nothing else along"},
	{From: "lockstep/prototype/node/disk", Deny: "lockstep/prototype", Tests: true,
		Allow:  []string{"lockstep/prototype/node/disk", "lockstep/prototype/node/presence", "lockstep/prototype/mutant"},
		Reason: "what is known of a disk does not depend on what is stored there"},
	{From: "lockstep/prototype/node/disk", Deny: "github.com/hashicorp", Tests: true,
		Reason: "a disk is judged alike for every consensus library"},
	{From: "lockstep/prototype/node/httpapi", Deny: "github.com/hashicorp",
		Reason: "what is said over HTTP is asked of the node's methods, and stays when another library orders"},
	{From: "lockstep/prototype/node", Deny: "lockstep/prototype/node/httpapi", Except: []string{"lockstep/prototype/node/httpapi"}, Tests: true,
		Reason: "a node runs without its HTTP API; whoever starts one decides who may ask it"},
	{From: "lockstep/prototype/node/member", Deny: "lockstep/prototype/node",
		Allow:  nodeRooms("member", "election", "replica", "transport", "storage", "folder", "liveness", "disk", "roster", "outcome", "wire", "presence", "bucket", "meter", "hclogger"),
		Reason: "who belongs to a shard is decided above who leads it"},
	{From: "lockstep/prototype/node/election", Deny: "lockstep/prototype/node",
		Allow:  nodeRooms("election", "replica", "transport", "storage", "folder", "liveness", "disk", "roster", "outcome", "wire", "presence", "bucket", "meter", "hclogger"),
		Reason: "who should lead is decided by asking replicas, which never ask back"},
	{From: "lockstep/prototype/node/replica", Deny: "lockstep/prototype/node",
		Allow:  nodeRooms("replica", "transport", "storage", "folder", "liveness", "disk", "roster", "outcome", "wire", "presence", "bucket", "meter", "hclogger"),
		Reason: "a replica orders and reads without knowing who should lead it or belong to it"},
	{From: "lockstep/prototype/node/transport", Deny: "lockstep/prototype/node",
		Allow:  nodeRooms("transport", "storage", "folder", "liveness", "disk", "roster", "wire", "presence"),
		Reason: "requests are carried without knowing what is in them"},
	{From: "lockstep/prototype/node/folder", Deny: "lockstep/prototype",
		Allow:  nodeRooms("folder", "storage"),
		Reason: "what a folder says of itself is read before anything runs"},
	{From: "lockstep/prototype/node/liveness", Deny: "lockstep/prototype/node",
		Allow:  nodeRooms("liveness", "roster", "presence"),
		Reason: "silence is noticed alike whoever leads"},
	{From: "lockstep/prototype/node/liveness", Deny: "github.com/hashicorp",
		Reason: "silence is noticed alike for every consensus library"},
	{From: "lockstep/prototype/backup", Deny: "lockstep/prototype/node",
		Reason: "messages are copied through the API, whatever orders and keeps them"},
	{From: "lockstep/prototype/node/outcome", Deny: "lockstep", Allow: []string{"lockstep/prototype/node/outcome", "lockstep/prototype/api"},
		Reason: "what a client is told stands on nothing but its words"},
	{From: "lockstep/prototype/tracing", Deny: "lockstep", Tests: true,
		Reason: "whoever is on the way of a send may follow it"},
	{From: "lockstep", Deny: "go.opentelemetry.io", Except: []string{"lockstep/prototype/tracing", "lockstep/prototype/collector", "lockstep/cmd"},
		Reason: "what is on the way of every send knows spans that cost nothing when nobody follows them; whoever runs a program decides where they go"},
	{From: "lockstep", Deny: "github.com/yuin/goldmark", Except: []string{"lockstep/site/markdown"},
		Reason: "goldmark v2 is coming: it must stay a change of one package"},
	{From: "lockstep", Deny: "oss.terrastruct.com/d2", Except: []string{"lockstep/site/diagram"},
		Reason: "the diagram language must stay a change of one package"},
	{From: "lockstep", Deny: "github.com/a-h/templ", Except: []string{"lockstep/site/view", "lockstep/prototype/dashboard"},
		Reason: "markup is written in two places only; everyone else passes values"},
	{From: "lockstep", Deny: "github.com/spf13/cobra", Except: []string{"lockstep/cmd"},
		Reason: "flags live in cmd"},
	{From: "lockstep/site/verify", Deny: "lockstep/site/build", Tests: true,
		Reason: "the judge of a tree knows no builder, so it can judge trees that others built"},
	{From: "lockstep/site", Deny: "std", Except: []string{"lockstep/site/markdown", "lockstep/site/diagram", "lockstep/site/card", "lockstep/site/claims", "lockstep/site/edition", "lockstep/site/yamlfile", "lockstep/site/search", "lockstep/site/slo", "lockstep/site/review", "lockstep/site/view", "lockstep/site/build", "lockstep/site/run/film", "lockstep/site/verify", "lockstep/site/serve"},
		Reason: "what a site is must be readable without knowing a library"},
	{From: "lockstep/site", Deny: "os/exec", Except: []string{"lockstep/site/git", "lockstep/site/review/signature"},
		Reason: "git is started in one way, of which the repository is the folder's, whatever started the program"},
	{From: "lockstep/site/git", Deny: "lockstep", Allow: []string{"lockstep/site/git"}, Tests: true,
		Reason: "git is asked without knowing what for"},
	{From: "lockstep/site/past", Deny: "lockstep/site/markdown", Tests: true,
		Reason: "what git says of a file does not depend on what is in it"},
	{From: "lockstep/site/past", Deny: "lockstep/site/build", Tests: true,
		Reason: "the log is read without knowing which files become pages"},
	{From: "lockstep/site/changes", Deny: "lockstep/site/markdown", Tests: true,
		Reason: "what changed is told of pages, whatever they were written in"},
	{From: "lockstep/site/changes", Deny: "lockstep/site/build", Tests: true,
		Reason: "what changed is told of pages, whoever built them"},
	{From: "lockstep/site/feed", Deny: "lockstep/site/build", Tests: true,
		Reason: "a feed is told its entries"},
	{From: "lockstep/site/search", Deny: "lockstep/site/markdown", Tests: true,
		Reason: "what is found is pages, whatever they were written in"},
	{From: "lockstep/site/search", Deny: "lockstep/site/build", Tests: true,
		Reason: "a page is read by itself and told from others by nothing but its content"},
	{From: "lockstep/site/edition", Deny: "lockstep/site/markdown", Tests: true,
		Reason: "pages are joined as they are written, whatever they were made from"},
	{From: "lockstep/site/pdf", Deny: "lockstep", Allow: []string{"lockstep/site/pdf"}, Tests: true,
		Reason: "what was printed is read without knowing what was meant"},
	{From: "lockstep/site/diff", Deny: "lockstep/site/markdown",
		Reason: "what is compared is blocks, whatever they were written in"},
	{From: "lockstep/site/decision", Deny: "lockstep/site/markdown", Tests: true,
		Reason: "a record is read alike whatever its markup is"},
	{From: "lockstep/site/model/sheet", Deny: "std",
		Reason: "a reader loads it to move a slider, so it must stay small"},
	{From: "lockstep/site/model/sheet", Deny: "fmt",
		Reason: "formatting by reflection makes what a reader loads a quarter larger"},
	{From: "lockstep/site/rehearsal", Deny: "lockstep", Allow: []string{"lockstep/site/rehearsal"},
		Reason: "what a runbook says is read without knowing how a text is drawn, or how a command is run"},
	{From: "lockstep/site/yamlfile", Deny: "lockstep", Allow: []string{"lockstep/site/yamlfile"}, Tests: true,
		Reason: "lines and texts are read without knowing what they mean; what is wrong with them is for the reader of each kind of file to say"},
	{From: "lockstep/site/model", Deny: "github.com/goccy", Tests: true,
		Reason: "one reader of YAML gives every file of facts its lines"},
	{From: "lockstep/site/ledger", Deny: "github.com/goccy", Tests: true,
		Reason: "one reader of YAML gives every file of facts its lines"},
	{From: "lockstep/site/stream", Deny: "lockstep", Allow: []string{"lockstep/site/stream"}, Tests: true,
		Reason: "events are carried without knowing what they are about"},
	{From: "lockstep/site/review", Deny: "lockstep/site/stream", Except: []string{"lockstep/site/review/httpapi"},
		Reason: "reviews are written and read without HTTP, by commands as well"},
	{From: "lockstep/site/review", Deny: "lockstep/site/review/httpapi", Except: []string{"lockstep/site/review/httpapi"},
		Reason: "reviews are written and read without HTTP, by commands as well"},
	{From: "lockstep/site/review", Deny: "lockstep/site/review/bridge", Except: []string{"lockstep/site/review/bridge"},
		Reason: "a review does not know that parts of it are said elsewhere"},
	{From: "lockstep/site/review/bridge/rest", Deny: "lockstep", Allow: []string{"lockstep/site/review/bridge/rest"}, Tests: true,
		Reason: "an API is asked without knowing what for"},
	{From: "lockstep/site/review/bridge", Deny: "lockstep/site/review/bridge", Except: []string{"lockstep/site/review/bridge/github", "lockstep/site/review/bridge/gitlab", "lockstep/site/review/bridge/gitea", "lockstep/site/review/bridge/bridgetest"},
		Reason: "what is carried, and when, is the same for every forge"},
	{From: "lockstep", Deny: "lockstep/site/review/bridge/bridgetest", Except: []string{"lockstep/site/review/bridge/bridgetest"},
		Reason: "the servers that act as forges are for tests"},
	{From: "lockstep/site/review/letter", Deny: "lockstep", Tests: true,
		Reason: "a mail is read without knowing what is reviewed"},
	{From: "lockstep/site/review", Deny: "lockstep/site/review/repo", Except: []string{"lockstep/site/review/repo"},
		Reason: "a server keeps reviews without a repository"},
	{From: "lockstep/site/review/repo", Deny: "lockstep/site/review",
		Allow:  reviewRooms("repo", "display", "store", "subject", "state", "event", "access", "anchor", "entry"),
		Reason: "reviews in files are read without a server"},
	{From: "lockstep/site/review/patch", Deny: "lockstep/site/review",
		Allow:  reviewRooms("patch", "subject", "state", "event", "refusal"),
		Reason: "a suggestion becomes a patch wherever it and its source are"},
	{From: "lockstep/site/review/display", Deny: "lockstep/site/review",
		Allow:  reviewRooms("display", "store", "subject", "standing", "state", "event", "access", "anchor"),
		Reason: "a page shows what a state says, wherever that came from"},
	{From: "lockstep/site/review/store", Deny: "lockstep/site/review",
		Allow:  reviewRooms("store", "event", "anchor", "entry", "strictjson"),
		Reason: "what is kept is kept without knowing what it adds up to"},
	{From: "lockstep/site/review/standing", Deny: "lockstep/site/review",
		Allow:  reviewRooms("standing", "state", "event", "access", "decider", "signature"),
		Reason: "what verdicts are worth is judged without a server and without files"},
	{From: "lockstep/site/review/state", Deny: "lockstep/site/review",
		Allow:  reviewRooms("state", "event", "access", "entry", "merge", "refusal", "anchor"),
		Reason: "what a set of events adds up to depends on the set alone"},
	{From: "lockstep/site/review/event", Deny: "lockstep/site/review",
		Allow:  reviewRooms("event", "access", "anchor", "entry", "refusal", "strictjson"),
		Reason: "what can be said is known without knowing what was said before"},
	{From: "lockstep/prototype/api", Deny: "lockstep/prototype", Allow: []string{"lockstep/prototype/api", "lockstep/prototype/history", "lockstep/prototype/link"},
		Reason: "what is said over HTTP is known to both sides and depends on neither"},
	{From: "lockstep/prototype/client", Deny: "lockstep/prototype", Allow: []string{"lockstep/prototype/jsontext", "lockstep/prototype/client", "lockstep/prototype/api", "lockstep/prototype/tracing"},
		Reason: "a client knows what a node says, not how it works"},
	{From: "lockstep/prototype/lab/action", Deny: "lockstep", Tests: true,
		Reason: "what may be asked for is words, known before there is a lab that understands them"},
	{From: "lockstep/prototype/lab/frame", Deny: "lockstep/prototype/lab", Allow: []string{"lockstep/prototype/lab/frame"}, Tests: true,
		Reason: "a frame is drawn without knowing who made it"},
	{From: "lockstep/prototype/lab/judging", Deny: "lockstep/prototype/lab",
		Allow: []string{"lockstep/prototype/lab/judging", "lockstep/prototype/lab/frame"}, Tests: true,
		Reason: "what a run showed is judged without knowing how it was run"},
	{From: "lockstep/prototype/lab/scenarios", Deny: "lockstep/prototype/lab",
		Allow: []string{"lockstep/prototype/lab/scenarios", "lockstep/prototype/lab/action", "lockstep/prototype/lab/frame"}, Tests: true,
		Reason: "a story is told without playing it"},
	{From: "lockstep/prototype", Deny: "lockstep/prototype/lab/judging", Except: []string{"lockstep/prototype/lab"}, Tests: true,
		Reason: "verdicts reach whoever looks in frames, so that the lab's one lock is held around its judges"},
	{From: "lockstep/prototype/order", Deny: "std", Allow: []string{"lockstep/prototype/mutant"},
		Reason: "the deterministic state machine is the part that must be read in one sitting"},
	{From: "lockstep/prototype/history", Deny: "std",
		Reason: "a history is data that other checkers read too"},
}

// nodeRooms are packages below prototype/node.
func nodeRooms(names ...string) []string { return rooms("lockstep/prototype/node/", names) }

// reviewRooms are packages below site/review.
func reviewRooms(names ...string) []string { return rooms("lockstep/site/review/", names) }

func rooms(parent string, names []string) (paths []string) {
	for _, name := range names {
		paths = append(paths, parent+name)
	}
	return paths
}

// TestImports holds the import rules of ARCHITECTURE.md. Run with
// GOOS=js as well, the build itself proves what the browser can run.
func TestImports(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		from := "lockstep"
		if dir := filepath.ToSlash(filepath.Dir(rel)); dir != "." {
			from += "/" + dir
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			for _, rule := range importRules {
				if rule.broken(from, to, strings.HasSuffix(path, "_test.go")) {
					t.Errorf("%s imports %s: %s must not, because %s", rel, to, rule.From, rule.Reason)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("walked %d Go files below %s: the rules were not tried", files, root)
	}
}

func (r importRule) broken(from, to string, test bool) bool {
	if test && !r.Tests || !below(from, r.From) || belowAny(from, r.Except) || belowAny(to, r.Allow) {
		return false
	}
	if r.Deny == "std" {
		first, _, _ := strings.Cut(to, "/")
		return (strings.Contains(first, ".") || first == "lockstep") && !below(to, r.From)
	}
	return below(to, r.Deny)
}

func below(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

func belowAny(path string, parents []string) bool {
	for _, p := range parents {
		if below(path, p) {
			return true
		}
	}
	return false
}

// TestImportRules proves that each kind of rule can fail.
func TestImportRules(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		test     bool
		broken   int
	}{
		{"lockstep/site/view", "lockstep/prototype/lab", false, 1},
		{"lockstep/site/view", "lockstep/prototype/lab", true, 1},
		{"lockstep/prototype/check", "lockstep/prototype/order", false, 1},
		{"lockstep/prototype/check", "lockstep/prototype/order", true, 0},
		{"lockstep/prototype/check", "lockstep/prototype/history", false, 0},
		{"lockstep/prototype/lab/frame", "lockstep/prototype/lab", false, 1},
		{"lockstep/prototype/lab/frame", "lockstep/prototype/check", false, 0},
		{"lockstep/prototype/lab/judging", "lockstep/prototype/lab/action", true, 1},
		{"lockstep/prototype/lab/scenarios", "lockstep/prototype/lab/action", false, 0},
		{"lockstep/prototype/lab", "lockstep/prototype/lab/judging", false, 0},
		{"lockstep/prototype/dashboard", "lockstep/prototype/lab/judging", false, 1},
		{"lockstep/prototype/order", "github.com/hashicorp/raft", false, 2},
		{"lockstep/prototype/order", "strings", false, 0},
		{"lockstep/prototype/client", "lockstep/prototype/node", false, 1},
		{"lockstep/prototype/api", "lockstep/prototype/order", false, 1},
		{"lockstep/prototype/node", "github.com/hashicorp/raft", false, 0},
		{"lockstep/prototype/node/storage", "github.com/hashicorp/raft", false, 0},
		{"lockstep/prototype/lane", "github.com/hashicorp/raft", false, 1},
		{"lockstep/prototype/node", "github.com/hashicorp/raft-boltdb/v2", false, 1},
		{"lockstep/prototype/node/storage", "github.com/hashicorp/raft-boltdb/v2", false, 0},
		{"lockstep/prototype/node/storage", "lockstep/prototype/node", true, 1},
		{"lockstep/prototype/node/storage", "lockstep/prototype/fault", false, 0},
		{"lockstep/prototype/node/disk", "lockstep/prototype/node/storage", false, 1},
		{"lockstep/prototype/node/disk", "github.com/hashicorp/raft", false, 1},
		{"lockstep/site", "github.com/yuin/goldmark/ast", false, 2},
		{"lockstep/site/decision", "lockstep/site/markdown", true, 1},
		{"lockstep/site/decision", "lockstep/site", false, 0},
		{"lockstep/site/model/sheet", "lockstep/site", false, 1},
		{"lockstep/site/model/sheet", "fmt", false, 1},
		{"lockstep/site/model/sheet", "strings", false, 0},
		{"lockstep/site/markdown", "github.com/yuin/goldmark/ast", false, 0},
		{"lockstep/site/review/state", "lockstep/site/review/store", false, 1},
		{"lockstep/site/review/state", "lockstep/site/review/merge", false, 0},
		{"lockstep/site/review/store", "lockstep/site/review", false, 1},
		{"lockstep/site/review", "lockstep/site/review/httpapi", false, 1},
		{"lockstep/site/stream", "lockstep/site/review/access", true, 1},
		{"lockstep/site/review/display", "lockstep/site/stream", false, 1},
		{"lockstep/site/review/event", "lockstep/site/review/repo", false, 2},
		{"lockstep/site/review/event", "lockstep/formattest", true, 0},
		{"lockstep/formattest", "lockstep/prototype/order", true, 1},
	} {
		got := 0
		for _, rule := range importRules {
			if rule.broken(tt.from, tt.to, tt.test) {
				got++
			}
		}
		if got != tt.broken {
			t.Errorf("%s importing %s (test %v) breaks %d rules, want %d", tt.from, tt.to, tt.test, got, tt.broken)
		}
	}
}
