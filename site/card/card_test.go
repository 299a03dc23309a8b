package card_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lockstep/site/card"
	"lockstep/site/diagram"
)

var record = card.Words{Site: "Lockstep", Kind: "ADR-0004", Title: "One Raft group per shard", State: "accepted", Tone: "ok"}

func drawer(tb testing.TB) *card.Drawer {
	tb.Helper()
	d, err := card.New(diagram.Fonts())
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func decode(t *testing.T, data []byte) *image.Paletted {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Paletted)
}

// inked says whether anything but the ground is drawn within.
func inked(img *image.Paletted, r image.Rectangle) bool {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if img.ColorIndexAt(x, y) != 0 {
				return true
			}
		}
	}
	return false
}

// TestDraw: name, title and state are where they belong, every word matters, the same
// words give the same bytes, and nothing leaves the margins, however long.
func TestDraw(t *testing.T) {
	d := drawer(t)
	img := decode(t, d.Draw(record))
	if img.Rect != image.Rect(0, 0, card.Width, card.Height) {
		t.Errorf("size %v", img.Rect)
	}
	for what, r := range map[string]image.Rectangle{"name": image.Rect(168, 80, 400, 140), "title": image.Rect(88, 200, 1100, 320), "state": image.Rect(88, 508, 240, 560), "kind": image.Rect(300, 510, 600, 560)} {
		if !inked(img, r) {
			t.Errorf("the %s is not drawn", what)
		}
	}
	seen := map[string]string{}
	for what, w := range map[string]card.Words{"record": record, "site": {Site: "X", Kind: record.Kind, Title: record.Title, State: record.State, Tone: "ok"}, "kind": {Site: record.Site, Kind: "ADR-0005", Title: record.Title, State: record.State, Tone: "ok"},
		"title": {Site: record.Site, Kind: record.Kind, Title: "Two", State: record.State, Tone: "ok"}, "state": {Site: record.Site, Kind: record.Kind, Title: record.Title, State: "proposed", Tone: "ok"}, "tone": {Site: record.Site, Kind: record.Kind, Title: record.Title, State: record.State, Tone: "bad"}} {
		data := string(d.Draw(w))
		if other := seen[data]; other != "" || seen[w.Key()] != "" {
			t.Errorf("%s and %s look alike, or have one key", what, other)
		}
		seen[data], seen[w.Key()] = what, what
		if data != string(drawer(t).Draw(w)) {
			t.Errorf("%s: drawn twice, it differs", what)
		}
	}
	long := strings.Repeat("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ", 9)
	img = decode(t, d.Draw(card.Words{Site: long, Kind: long, Title: long, State: "accepted"}))
	if inked(img, image.Rect(card.Width-60, 0, card.Width, card.Height-14)) || inked(img, image.Rect(0, 492, card.Width, 506)) {
		t.Error("a long title leaves its place")
	}
}

func TestSpells(t *testing.T) {
	d := drawer(t)
	for title, want := range map[string]bool{"Größe, Ξένος, Решение №1: → “x”": true, "決定の記録": false, "Ship it 🚀": false} {
		if got := d.Spells(card.Words{Title: title}); got != want {
			t.Errorf("%s: spelled %v", title, got)
		}
	}
}

// TestDraw_parallel draws with one drawer from many goroutines.
func TestDraw_parallel(t *testing.T) {
	d, want := drawer(t), drawer(t).Draw(record)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if !bytes.Equal(d.Draw(record), want) {
				t.Error("it differs")
			}
		})
	}
	wait.Wait()
}

// TestIcon: the file says where its pictures lie and how large they are.
func TestIcon(t *testing.T) {
	data := card.Icon()
	n := int(binary.LittleEndian.Uint16(data[4:]))
	if n != 3 || len(data) > 4096 {
		t.Fatalf("%d pictures in %d bytes", n, len(data))
	}
	for i := range n {
		entry := data[6+16*i:]
		size, from := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
		img, err := png.Decode(bytes.NewReader(data[from : from+size]))
		if err != nil || img.Bounds().Dx() != int(entry[0]) {
			t.Errorf("picture %d: %v, %v", i, err, img.Bounds())
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a > 0x8000 {
			t.Errorf("picture %d: the corner is not round", i)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	d := drawer(b)
	for b.Loop() {
		b.SetBytes(int64(len(d.Draw(record))))
	}
}

// TestMain leaves what is drawn in a folder that CARDS names, for people to look at.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CARDS"); dir != "" {
		d, err := card.New(diagram.Fonts())
		if err != nil {
			panic(err)
		}
		for i, w := range []card.Words{record, {Site: "Lockstep", Kind: "Design", Title: "What a message costs, from the device that sends it to those that read it, in money, bytes and milliseconds"},
			{Site: "Lockstep", Kind: "A design that runs", Title: "Order for a planet"}, {Site: "Architecture Decisions", Kind: "ADR-0017", Title: "Linearizable reads by verify leader", State: "superseded", Tone: "bad"}} {
			os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".png"), d.Draw(w), 0o644)
		}
		os.WriteFile(filepath.Join(dir, "favicon.ico"), card.Icon(), 0o644)
	}
	os.Exit(m.Run())
}
