//go:build browser

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// invited opens the link of an invitation to a page in a browser, and says yes.
func invited(t *testing.T, dir, data, address, name, role string, width, height int64) context.Context {
	t.Helper()
	said, err := command(t, "review", "invite", "--dir", dir, "--data", data, "--name", name, "--role", role, "--page", "adr/0001-use-a-log")
	link, _, _ := strings.Cut(said, "\n")
	if err != nil || !strings.HasPrefix(link, address+"/invite/") {
		t.Fatalf("the invitation of %s: %v %s, and the server is at %s", name, err, said, address)
	}
	ctx := tab(t, address, width, height)
	do(t, ctx, prefer("light"), chromedp.Navigate(link))
	click(t, ctx, "form button[type=submit]")
	landed := `location.pathname === "` + decisionPath + `" && !!document.querySelector("#review[data-live]")`
	for range 10 { // a question that is asked while the browser is on its way has no answer
		if waited(ctx, 2*time.Second, landed) {
			return ctx
		}
	}
	t.Fatalf("%s does not land on the page", name)
	return ctx
}

// TestBrowserReview_people: two reviewers, a commenter and a maintainer review a page
// by invitation, at laptops and on phones. Each is offered what they may do, and their
// drafts are where they wrote them.
func TestBrowserReview_people(t *testing.T) {
	dir, data := reviewedSite(t), t.TempDir()
	address := serveSite(t, "--dir", dir, "--no-cluster", "--review-invites", "--data", data)
	ada := invited(t, dir, data, address, "Ada", "reviewer", 1280, 800)
	bea := invited(t, dir, data, address, "Bea", "reviewer", 390, 844)
	con := invited(t, dir, data, address, "Con", "commenter", 390, 844)
	max := invited(t, dir, data, address, "Max", "maintainer", 1440, 900)

	// Bea suggests an edit on her phone.
	selectWords(t, bea, "one log per shard")
	click(t, bea, ".review-selection button")
	until(t, bea, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, bea, chromedp.KeyEvent("Say which."))
	click(t, bea, ".composer input[value=blocking]")
	eval[bool](t, bea, `([...document.querySelectorAll(".composer button")].find(b => b.textContent === "Suggest an edit").click(), true)`)
	until(t, bea, 10*time.Second, `document.querySelector(".composer [name=suggestion]")?.value === "We keep one log per shard."`)
	eval[bool](t, bea, `(document.querySelector(".composer [name=suggestion]").value = "", true)`)
	write(t, bea, ".composer [name=suggestion]", "We keep one log for each shard.")
	click(t, bea, ".composer button[type=submit]")
	until(t, bea, 15*time.Second, `document.querySelector(".thread.active .suggestion ins")?.textContent.includes("for each")`)

	// Everybody's bar says so without a reload. Nobody is offered what is refused.
	for name, ctx := range map[string]context.Context{"Ada": ada, "Bea": bea, "Con": con, "Max": max} {
		until(t, ctx, 15*time.Second, `document.querySelector("#review-bar").textContent.includes("1 open blocker")`)
		offered := eval[map[string]bool](t, ctx, `({
			submit: !!document.querySelector(".bar-submit"), approve: !!document.querySelector("[data-verdict] button[value=approve]"),
			resolve: !!document.querySelector('.thread form[action$="/resolve"]'), redact: !!document.querySelector('form[action$="/redact"]'),
			apply: !!document.querySelector('form[action$="/apply"]'), reply: !!document.querySelector("form.reply"), patch: !!document.querySelector("a[data-patch]") })`)
		want := map[string]bool{"submit": name != "Con", "approve": false, "resolve": name != "Con", "redact": name == "Bea" || name == "Max", "apply": false, "reply": true, "patch": true}
		for what, is := range offered {
			if is != want[what] {
				t.Errorf("%s is offered %s: %v", name, what, is)
			}
		}
	}

	// The patch is one that git takes.
	patch := eval[string](t, max, `fetch(document.querySelector("a[data-patch]").href).then(r => r.text())`)
	for _, args := range [][]string{{"add", "adr"}, {"commit", "-qm", "Begin"}, {"am", "-q"}} {
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		cmd.Stdin = strings.NewReader(patch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s\n%s", args, err, out, patch)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "adr/0001-use-a-log.md")); err != nil || !strings.Contains(string(text), "We keep one log for each shard.") {
		t.Errorf("after git am: %v\n%s", err, text)
	}
	until(t, max, 15*time.Second, `document.querySelector("main .prose").textContent.includes("one log for each shard")`)

	// Con writes a comment and a reply, and closes the tab before they are sent.
	until(t, con, 15*time.Second, `document.querySelector("main .prose").textContent.includes("one log for each shard")`)
	closed, closeTab := chromedp.NewContext(con)
	do(t, closed, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address+decisionPath))
	until(t, closed, 15*time.Second, `!!document.querySelector("#review[data-live]")`)
	selectWords(t, closed, "a log grows")
	click(t, closed, ".review-selection button")
	until(t, closed, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, closed, chromedp.KeyEvent("How fast?"))
	do(t, closed, chromedp.KeyEvent(kb.Escape))
	do(t, closed, chromedp.KeyEvent("n"))
	until(t, closed, 5*time.Second, `!!document.querySelector(".thread.active")`)
	write(t, closed, ".thread.active .reply textarea", "Half a")
	closeTab()
	for range 2 {
		do(t, con, chromedp.Reload())
		until(t, con, 15*time.Second, `document.querySelector(".composer textarea")?.value === "How fast?" && document.querySelector(".reply textarea")?.value === "Half a"`)
		until(t, con, 5*time.Second, `document.querySelector("[data-draft-count]").textContent.includes("1 draft")`)
		if wrong := eval[string](t, con, `(() => {
			const form = document.querySelector(".composer").getBoundingClientRect();
			const words = [...document.querySelectorAll("main [data-b]")].find(b => b.textContent.includes("a log grows")).getBoundingClientRect();
			const reply = document.querySelector(".reply textarea").getBoundingClientRect();
			const block = document.querySelector('main [data-b="' + document.querySelector(".thread").dataset.block + '"]').getBoundingClientRect();
			if (Math.abs(form.top - words.bottom) > 30 || form.height < 80) return "the draft stands at " + form.top + ", its words end at " + words.bottom;
			if (reply.height < 20 || reply.top - block.bottom > 600) return "the reply stands at " + reply.top + ", its words end at " + block.bottom;
			return document.documentElement.scrollWidth > innerWidth ? "it scrolls sideways" : "";
		})()`); wrong != "" {
			t.Error(wrong)
		}
	}
	// From the bar to the draft, and away with it.
	click(t, con, "[data-draft-count] button")
	until(t, con, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, con, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	until(t, max, 15*time.Second, `[...document.querySelectorAll(".thread")].some(t => t.textContent.includes("How fast?"))`)
	until(t, con, 5*time.Second, `document.querySelectorAll(".composer").length === 0 && document.querySelector("[data-draft-count]").hidden`)

	// Max ends the thread, Bea approves by keyboard on what is a laptop to her phone, Ada
	// by two clicks.
	click(t, max, ".threads.open .thread .comment-head")
	eval[bool](t, max, `([...document.querySelectorAll(".thread.is-blocking details.more")].find(d => d.textContent.includes("Resolve")).open = true)`)
	click(t, max, `.thread.is-blocking form[action$="/resolve"] button`)
	until(t, bea, 15*time.Second, `!!document.querySelector("[data-verdict] button[value=approve]")`)
	eval[bool](t, bea, `(document.activeElement.blur(), true)`)
	do(t, bea, chromedp.KeyEvent("a"))
	until(t, bea, 5*time.Second, `document.activeElement.matches("[data-verdict]:popover-open button[value=approve]")`)
	do(t, bea, chromedp.KeyEvent(kb.Enter))
	until(t, bea, 15*time.Second, `document.querySelector(".bar-submit").textContent === "You approved"`)

	// Whose session has ended is told so where they write.
	refusals.Store(address+"/reviews/preview", true)
	invites, err := command(t, "review", "invites", "--dir", dir, "--data", data)
	id := regexp.MustCompile(`([0-9a-f]{12}) +Con`).FindStringSubmatch(invites)
	if err != nil || id == nil {
		t.Fatalf("%v %s", err, invites)
	}
	selectWords(t, con, "it is simple")
	click(t, con, ".review-selection button")
	until(t, con, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, con, chromedp.KeyEvent("Is it?"))
	if out, err := command(t, "review", "revoke", id[1], "--dir", dir, "--data", data); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	eval[bool](t, con, `([...document.querySelectorAll(".composer button")].find(b => b.textContent === "Preview").click(), true)`)
	until(t, con, 10*time.Second, `document.querySelector(".composer .preview").textContent.includes("Sign in first")`)
}

// TestBrowserReview_apply: in local mode a suggestion becomes a commit with one click,
// by who suggested it, and the page shows the new text.
func TestBrowserReview_apply(t *testing.T) {
	dir := reviewedSite(t)
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("add", "-A")
	git("commit", "-qm", "Begin")
	address := serveSite(t, "--dir", dir, "--no-cluster")
	ctx := tab(t, address, 1280, 800)
	do(t, ctx, prefer("light"), chromedp.Navigate(address+decisionPath))
	beCalled(t, ctx, "Bea")
	if status := eval[int](t, ctx, `fetch("/api/reviews/adr/0001/threads", {method: "POST", headers: {"content-type": "application/json"}, body: '{"id":"s","body":"Shorter.","suggestion":"One log per shard.","anchor":{"quote":"We keep one log per shard."}}'}).then(r => r.status)`); status != 201 {
		t.Fatal(status)
	}
	beCalled(t, ctx, "Max")
	do(t, ctx, chromedp.Reload())
	// With other changes in the file nothing is written.
	refusals.Store(address+"/reviews/adr/0001-use-a-log/threads/s/apply", true)
	path := filepath.Join(dir, "adr/0001-use-a-log.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, "\nMine.\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	served(t, ctx, "Mine.", true)
	do(t, ctx, chromedp.Reload())
	until(t, ctx, 15*time.Second, `document.querySelectorAll(".threads.open .thread").length === 1`)
	do(t, ctx, chromedp.KeyEvent("n"))
	click(t, ctx, `.thread.active form[action$="/apply"] button`)
	until(t, ctx, 15*time.Second, `document.querySelector(".thread.active .review-error")?.textContent.includes("commit or stash them first")`)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	served(t, ctx, "Mine.", false)
	do(t, ctx, chromedp.Reload())
	until(t, ctx, 15*time.Second, `!document.querySelector("[data-keys-help]").hidden`) // the script is there
	click(t, ctx, `.threads.open .thread form[action$="/apply"] button`)
	served(t, ctx, "We keep one log", false)
	do(t, ctx, chromedp.Reload())
	until(t, ctx, 15*time.Second, `document.querySelector("main .prose").textContent.includes("One log per shard.")`)
	until(t, ctx, 15*time.Second, `document.querySelector(".thread.is-resolved")?.textContent.includes("applied")`)
	if by := git("log", "-1", "--format=%an <%ae>, %cn"); by != "Bea <x3@example.org>, Ada" {
		t.Errorf("the commit is by %s", by)
	}
	if left := git("status", "--porcelain", "--", "adr"); left != "" {
		t.Errorf("left after the commit: %s", left)
	}
}

// served waits until the server has some words in the text of the page, or not.
func served(t *testing.T, ctx context.Context, words string, there bool) {
	t.Helper()
	eval[bool](t, ctx, fmt.Sprintf(`(async () => {
		const text = async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").querySelector("main .prose").textContent;
		while ((await text()).includes(%s) !== %v) await new Promise(done => setTimeout(done, 50));
		return true;
	})()`, quote(words), there))
}

// TestBrowserReview_keys: the list of keys names what works here.
func TestBrowserReview_keys(t *testing.T) {
	address := reviewPage(t)
	ctx := tab(t, address, 1280, 800)
	do(t, ctx, chromedp.Navigate(address+decisionPath))
	until(t, ctx, 10*time.Second, `!!document.querySelector("#review[data-live]") && !document.querySelector("[data-keys-help]").hidden`)
	do(t, ctx, chromedp.KeyEvent("?"))
	until(t, ctx, 5*time.Second, `document.querySelector("#review-keys").matches(":popover-open")`)
	if keys := eval[string](t, ctx, `[...document.querySelectorAll("#review-keys kbd")].map(k => k.textContent).join(" ")`); keys != "n p j k c r Ctrl Enter s a Esc ?" {
		t.Errorf("the keys are %s", keys)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("s"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches("[data-verdict]:popover-open textarea")`)
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, 5*time.Second, `!document.querySelector("[data-verdict]").matches(":popover-open") && document.activeElement === document.body`)
	do(t, ctx, chromedp.KeyEvent("jj"), chromedp.KeyEvent("c"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches(".composer textarea")`)
	do(t, ctx, chromedp.KeyEvent("By keys."), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	until(t, ctx, 15*time.Second, `document.activeElement.matches(".thread.active")`)
	do(t, ctx, chromedp.KeyEvent("r"))
	until(t, ctx, 5*time.Second, `document.activeElement.matches(".thread.active .reply textarea")`)
	do(t, ctx, chromedp.KeyEvent("And an answer."), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	until(t, ctx, 15*time.Second, `document.querySelectorAll(".thread.active .comment").length === 2`)
}
