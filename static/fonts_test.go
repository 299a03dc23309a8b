package static

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// face is an @font-face of ours: what it is for, and the letters that a browser looks
// for in its file.
type face struct {
	kind, file string
	letters    map[rune]bool
}

var (
	faceRule  = regexp.MustCompile(`@font-face \{ font-family: "([^"]+)"; src: url\("\.\./([^"]+)"\)[^}]*?(font-style: italic;)?[^}]*unicode-range: ([^;]+); \}`)
	rangeRule = regexp.MustCompile(`U\+([0-9A-F]+)(?:-([0-9A-F]+))?`)
)

func faces(t *testing.T) (all []face) {
	t.Helper()
	css, err := Style("fonts")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range faceRule.FindAllStringSubmatch(string(css), -1) {
		f := face{m[1] + m[3], m[2], map[rune]bool{}}
		for _, r := range rangeRule.FindAllStringSubmatch(m[4], -1) {
			var from, to rune
			fmt.Sscanf(r[1], "%X", &from)
			if to = from; r[2] != "" {
				fmt.Sscanf(r[2], "%X", &to)
			}
			for ; from <= to; from++ {
				f.letters[from] = true
			}
		}
		all = append(all, f)
	}
	if len(all) != 9 || len(all) != bytes.Count(css, []byte("url(")) {
		t.Fatalf("%d faces are read", len(all))
	}
	return all
}

// sources are the fonts that ours are cut out of.
var sources = map[string]string{
	"Source Serif": "source-serif-4-latin-wght-normal", "Source Seriffont-style: italic;": "source-serif-4-latin-wght-italic",
	"Instrument Sans": "instrument-sans-latin-wght-normal", "JetBrains Mono": "jetbrains-mono-latin-wght-normal",
}

// TestFonts: each letter that a font has is in the files that it was cut into, in each
// weight, where a browser looks for it; and letters beyond English are in files of
// their own.
func TestFonts(t *testing.T) {
	for kind, source := range sources {
		data, err := os.ReadFile("../third_party/fonts/" + source + ".woff2")
		if err != nil {
			t.Fatal(err)
		}
		letters := lettersOf(t, data)
		if len(letters) < 200 {
			t.Fatalf("%s has %d letters", source, len(letters))
		}
		delete(letters, '\r')
		for _, f := range faces(t) {
			if f.kind != kind {
				continue
			}
			data, err := fs.ReadFile(Files(), f.file)
			if err != nil {
				t.Fatal(err)
			}
			has, more := lettersOf(t, data), strings.HasSuffix(f.file, "-more.woff2")
			for _, r := range slices.Sorted(maps.Keys(letters)) {
				english := r < 0x7f || strings.ContainsRune("\u00a0·×µ–—‘’“”…−", r)
				if f.letters[r] == more && english || f.letters[r] != more && !english || f.letters[r] != has[r] {
					t.Errorf("%s: %q: looked for there: %v, is there: %v; run: make fonts", f.file, r, f.letters[r], has[r])
				}
			}
		}
	}
}

// TestFonts_texts: our own texts need no file but the first of each face. Signs that no
// font of ours has come from the reader's.
func TestFonts_texts(t *testing.T) {
	text, anywhere := map[rune]bool{}, map[rune]bool{}
	for _, f := range faces(t) {
		maps.Copy(anywhere, f.letters)
		if !strings.HasSuffix(f.file, "-more.woff2") {
			maps.Copy(text, f.letters)
		}
	}
	needed, foreign := 0, map[rune]int{}
	for _, dir := range []string{"../content", "../adr"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !slices.Contains([]string{".md", ".yaml"}, filepath.Ext(path)) {
				return err
			}
			data, err := os.ReadFile(path)
			for _, r := range string(data) {
				needed++
				if r > ' ' && !text[r] {
					foreign[r]++
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for r, n := range foreign {
		if anywhere[r] {
			t.Errorf("%q stands %d times in our texts, and is not in the first files: add it to TEXT in third_party/fonts/subset.py and to fonts.css", r, n)
		}
	}
	if needed < 100_000 {
		t.Fatalf("%d letters in our texts", needed)
	}
}

// lettersOf reads the table "cmap" of a WOFF2 file (w3.org/TR/WOFF2), which is stored
// as it is among tables that are compressed together.
func lettersOf(t *testing.T, file []byte) map[rune]bool {
	t.Helper()
	if string(file[:4]) != "wOF2" {
		t.Fatal("no WOFF2")
	}
	tables, at := binary.BigEndian.Uint16(file[12:]), 48
	number := func() (n int) {
		for {
			b := file[at]
			at++
			if n = n<<7 | int(b&0x7f); b&0x80 == 0 {
				return n
			}
		}
	}
	const known = 63 // further tables spell their name
	start, length, offset := -1, 0, 0
	for range tables {
		flags := file[at]
		if at++; flags&known == known {
			at += 4
		}
		n := number()
		if tag, version := flags&known, flags>>6; (tag == 10 || tag == 11) && version == 0 || tag != 10 && tag != 11 && version != 0 {
			n = number() // glyf and loca, and others rarely, are transformed
		}
		if flags&known == 0 {
			start, length = offset, n
		}
		offset += n
	}
	all, err := io.ReadAll(brotli.NewReader(bytes.NewReader(file[at : at+int(binary.BigEndian.Uint32(file[20:]))])))
	if err != nil || start < 0 {
		t.Fatal(start, err)
	}
	return lettersOfMap(t, all[start:start+length])
}

// lettersOfMap reads the subtable of format 4 of a table "cmap".
func lettersOfMap(t *testing.T, cmap []byte) map[rune]bool {
	t.Helper()
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(cmap[at:])) }
	letters := map[rune]bool{}
	for i := range u16(2) {
		sub := int(binary.BigEndian.Uint32(cmap[4+8*i+4:]))
		if u16(sub) != 4 {
			continue
		}
		segments := u16(sub+6) / 2
		ends, starts, deltas, offsets := sub+14, sub+16+2*segments, sub+16+4*segments, sub+16+6*segments
		for s := range segments {
			for r := u16(starts + 2*s); r <= u16(ends+2*s) && r < 0xffff; r++ {
				glyph := r
				if o := u16(offsets + 2*s); o != 0 {
					glyph = u16(offsets + 2*s + o + 2*(r-u16(starts+2*s)))
				}
				if (glyph+u16(deltas+2*s))&0xffff != 0 {
					letters[rune(r)] = true
				}
			}
		}
	}
	if len(letters) == 0 {
		t.Fatal("no letters are read")
	}
	return letters
}
