package film

import (
	"bytes"
	"image"
	"image/gif"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/diagram"
)

const markup = `<article id="lane-leader" data-kept="no"><p data-lane-verdict="leader"><strong>✗ Broken.</strong> 2 lost after the ok.</p>
<section class="chat"><h5>Mia <small>at n1</small></h5><ol><li><b>7</b> ada 3</li><li data-m="moved"><b>8</b> ben 2 <em>was 6</em></li></ol></section></article>`

// TestRead takes the lanes that are asked for, in that order, and misses none in silence.
func TestRead(t *testing.T) {
	got, err := Read(markup, time.Second, []string{"leader"})
	want := Frame{At: time.Second, Lanes: []Lane{{Name: "leader", Says: "2 lost after the ok.", Chats: []Chat{{"Mia at n1", []Line{{Seq: "7", Text: "ada 3"}, {"8", "ben 2", "moved", "was 6"}}}}}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := Read(markup, time.Second, []string{"leader", "quorum"}); err == nil || !strings.Contains(err.Error(), "no lane quorum") {
		t.Errorf("a lane that is not there: %v", err)
	}
}

// TestDraw: the same frames give the same bytes, each is shown until the next one, and
// what has not changed is not drawn again.
func TestDraw(t *testing.T) {
	first, err := Read(markup, time.Second, []string{"leader"})
	if err != nil {
		t.Fatal(err)
	}
	second, _ := Read(strings.Replace(markup, "ben 2", "a message that is longer than its bubble, much longer than that", 1), 1500*time.Millisecond, []string{"leader"})
	second.At = 1500 * time.Millisecond
	regular, bold := diagram.Fonts()
	encoded := func() (*gif.GIF, []byte) {
		film, err := Draw(Words{"Leader cut off", "seed 1"}, []Frame{first, second, second}, regular, bold)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, film); err != nil {
			t.Fatal(err)
		}
		return film, b.Bytes()
	}
	film, data := encoded()
	if _, again := encoded(); !bytes.Equal(data, again) {
		t.Error("the same film has other bytes")
	}
	if diff := cmp.Diff([]int{50, 2, 300}, film.Delay); diff != "" {
		t.Errorf("hundredths of a second that frames are shown: -want +got\n%s", diff)
	}
	full := image.Rect(0, 0, width, height)
	if part := film.Image[1].Rect; film.Image[0].Rect != full || !part.In(full) || part.Dy() > height*2/3 || film.Image[2].Rect.Dx() != 1 {
		t.Errorf("drawn are %v, %v and %v", film.Image[0].Rect, part, film.Image[2].Rect)
	}
	// The longest text ends within its bubble.
	bubbles := image.Rect(width-margin, 120, width, height)
	for y := bubbles.Min.Y; y < bubbles.Max.Y; y++ {
		for x := bubbles.Min.X; x < bubbles.Max.X; x++ {
			if film.Image[0].ColorIndexAt(x, y) != 0 || image.Pt(x, y).In(film.Image[1].Rect) && film.Image[1].ColorIndexAt(x, y) != 0 {
				t.Fatalf("something is drawn at %d, %d", x, y)
			}
		}
	}
}
