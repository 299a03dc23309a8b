//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRehearse_terminal: the lines of an entry are pasted into one terminal. What one
// sets, the next has, in the same block and in another.
func TestRehearse_terminal(t *testing.T) {
	for name, lines := range map[string]string{
		"a variable":           "BELT=7\ntest $BELT = 7",
		"the folder":           "mkdir inner && cd inner\ntest $(basename $PWD) = inner",
		"a function":           "push() { echo push $1; }\npush hard # says \"push hard\"",
		"a later block":        "BELT=7\n```\n\n```sh rehearse=mitigate\ntest $BELT = 7",
		"a variable of theirs": "test -d $STATE\nsh -c 'test -d $STATE'\nSTATE=mine\ntest $STATE = mine",
		"no final newline":     "printf half # says \"half\"\nprintf other # says \"other\"",
		"its input":            "cat\nread answer # exit 1\necho next # says \"next\"",
		"a line that fails":    "false # exit 1\ntest -e nothing # exit 1\necho next # says \"next\"",
		"a mistake":            "fi # exit 2 or 1, says \"yntax error\"\necho next # says \"next\"",
		"a quote":              "echo \"it's 'so'\" # says \"it's 'so'\"",
		"output kept aside":    "exec >aside 2>&1\necho hidden\ntest $(cat aside) = hidden",
		"what is unset":        "echo ${NOTHING:?is missing} # exit 1 or 2 or 127, says \"is missing\"\necho next # says \"next\"",
		"a subshell that ends": "(exit 3) # exit 3",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if code, _, out, stderr := rehearsing(t, t.Context(), "# A\n\n```sh rehearse=mitigate\n"+lines+"\n```\n"); code != 0 {
				t.Errorf("exit code %d\n%s%s", code, out, stderr)
			}
		})
	}
}

// TestRehearse_terminals: an entry knows nothing of another, and what confirms a cause is
// asked beforehand in a terminal of its own.
func TestRehearse_terminals(t *testing.T) {
	code, _, out, stderr := rehearsing(t, t.Context(), "# A\n\n## One\n\n```sh rehearse=confirm cause=jam\n"+
		"TRIED=$TRIED.; test -e $STATE/jam\ntest $TRIED = .\n```\n## Two\n\n```sh rehearse=mitigate\ntest -z \"$TRIED\"\n```\n")
	if code != 0 {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

// terminals opens one in a folder for each shell that this machine has, and closes it.
func terminals(t *testing.T, folder string) func(yield func(shell string, term *terminal) bool) {
	return func(yield func(string, *terminal) bool) {
		at := &pasting{dir: folder, env: os.Environ()}
		defer at.end()
		for _, shell := range []string{"sh", "bash"} {
			if _, err := exec.LookPath(shell); err != nil {
				continue
			}
			term, err := at.open(t.Context(), shell)
			if err != nil {
				t.Fatal(err)
			}
			more := yield(shell, term)
			term.close()
			if !more {
				return
			}
		}
	}
}

// TestRehearse_hangs: a line that hangs is interrupted after its time; where it is to be
// repeated the next attempt has what was set before.
func TestRehearse_hangs(t *testing.T) {
	for shell, term := range terminals(t, t.TempDir()) {
		for _, line := range []string{"BELT=7", "echo wait; sleep 600", "while true; do echo wait; sleep 0.01; done", "while true; do :; done"} {
			got, err := term.paste(t.Context(), line, nil, 300*time.Millisecond)
			if err != nil || got.gone || got.late != (line != "BELT=7") || strings.Contains(line, "wait") && !strings.HasPrefix(got.output, "wait\n") {
				t.Errorf("%s: %s: %+v, %v", shell, line, got, err)
			}
		}
		if got, err := term.paste(t.Context(), "echo belt $BELT", nil, time.Minute); err != nil || got != (result{output: "belt 7\n"}) {
			t.Errorf("%s: %+v, %v", shell, got, err)
		}
		got, err := term.paste(t.Context(), "(trap '' INT; echo wait; sleep 600)", nil, 300*time.Millisecond)
		if err != nil || !got.late || !got.gone {
			t.Errorf("%s: what no interrupt ends: %+v, %v", shell, got, err)
		}
	}
}

// TestRehearse_ends: a line that ends the shell fails, whatever is said of it, and so does
// one that cannot be interrupted.
func TestRehearse_ends(t *testing.T) {
	for line, says := range map[string]string{
		"echo bye; exit 3 # exit 3":                         "came     exit 3, and it ended the shell, so that nothing can be pasted behind it\n    bye\n",
		"trap '' INT; exec sleep 600 # within 300ms":        "came     no end within 300ms, nor 2s after an interrupt\n",
		"sleep 600 # within 300ms":                          "came     no end within 300ms\n",
		"echo $(echo a; exit 5); test 1 = 2; exit # exit 1": "came     exit 1, and it ended the shell",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			code, _, out, stderr := rehearsing(t, t.Context(), "# A\n\n```sh rehearse=mitigate\n"+line+"\necho next >log\n```\n")
			if code != 1 || !strings.Contains(out, says) || !strings.Contains(out, "docs/belts.md:4: ") {
				t.Errorf("exit code %d, want %q in\n%s%s", code, says, out, stderr)
			}
		})
	}
}

// TestRehearse_endless: of a line that prints without end a beginning is kept, and the
// line behind it is carried out.
func TestRehearse_endless(t *testing.T) {
	at := &pasting{dir: t.TempDir(), env: os.Environ()}
	defer at.end()
	term, err := at.open(t.Context(), "sh")
	if err != nil {
		t.Fatal(err)
	}
	defer term.close()
	if got, err := term.paste(t.Context(), "yes", nil, 300*time.Millisecond); err != nil || !got.late || got.gone || len(got.output) > outputLimit+100 {
		t.Errorf("%d bytes, late %t, gone %t, %v", len(got.output), got.late, got.gone, err)
	}
	if got, err := term.paste(t.Context(), "echo next", nil, time.Minute); err != nil || got != (result{output: "next\n"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTranscript: marks are found however the output is cut into pieces, and only marks.
func TestTranscript(t *testing.T) {
	whole := newTranscript()
	text := "one\036two\036" + whole.name[:5] + "\036" + whole.name + " 7 124\036three\036" + whole.name + " 8 0\036rest"
	for size := 1; size <= len(text); size++ {
		s := newTranscript()
		s.name = whole.name
		for at := 0; at < len(text); at += size {
			_, _ = s.Write([]byte(text[at:min(at+size, len(text))]))
		}
		if a, b := <-s.marks, <-s.marks; a != (mark{7, 124, "one\036two\036" + whole.name[:5]}) || b != (mark{8, 0, "three"}) || s.sofar() != "rest" {
			t.Errorf("in pieces of %d: %+v, %+v", size, a, b)
		}
	}
}

// TestRehearse_files: a terminal has nothing of what the person set who rehearses, and
// keeps no history of theirs.
func TestRehearse_files(t *testing.T) {
	home := t.TempDir()
	files := repository(t, ".bashrc", "BELT=7\n", "env", "BELT=7\n", "history", "")
	t.Setenv("HOME", files)
	t.Setenv("ENV", filepath.Join(files, "env"))
	t.Setenv("HISTFILE", filepath.Join(files, "history"))
	t.Setenv("PROMPT_COMMAND", "BELT=7")
	for shell, term := range terminals(t, home) {
		if got, err := term.paste(t.Context(), "echo \"belt $BELT\"", nil, time.Minute); err != nil || got != (result{output: "belt \n"}) {
			t.Errorf("%s: %+v, %v", shell, got, err)
		}
	}
	if kept := get(t, files, "history"); kept != "" {
		t.Errorf("the history has %q", kept)
	}
}
