package link

import (
	"bytes"
	"errors"
	"testing"
)

// TestReadHello: a hello is read as it was written, in either version; one that was
// cut off anywhere, or that names nobody, no version or no use, is none.
func TestReadHello(t *testing.T) {
	for _, h := range []hello{
		{version: 4, use: stream, channel: 7, terms: terms{oldest: 3, newest: 4, features: 1 << 60, identity: Identity{"c1", 2, 9}, id: "b", life: 1<<63 + 5}},
		{version: 4, use: longMessages, terms: terms{oldest: 4, newest: 4, id: "b"}},
		{version: 3, channel: fallback, terms: terms{oldest: 3, newest: 3, id: "b"}},
	} {
		said := h.append(nil)
		if got, err := readHello(bytes.NewReader(said)); err != nil || got != h {
			t.Errorf("%+v is read as %+v, %v", h, got, err)
		}
		for n := range said {
			if got, err := readHello(bytes.NewReader(said[:n])); err == nil {
				t.Errorf("%d of %d bytes are read as %+v", n, len(said), got)
			}
		}
		for name, broken := range map[string]func(*hello){
			"no id":  func(h *hello) { h.terms.id = "" },
			"no use": func(h *hello) { h.use = stream + 1 },
		} {
			b := h
			broken(&b)
			if got, err := readHello(bytes.NewReader(b.append(nil))); !errors.Is(err, errTerms) {
				t.Errorf("%s: read as %+v, %v", name, got, err)
			}
		}
	}
	noRange := hello{version: 4, terms: terms{oldest: 4, newest: 3, id: "b"}}
	if got, err := readHello(bytes.NewReader(noRange.append(nil))); !errors.Is(err, errTerms) {
		t.Errorf("no range: read as %+v, %v", got, err)
	}
	noLife := terms{oldest: 3, newest: 4, id: "b", life: 7}.append(nil)
	if got, err := parseTerms(noLife[:len(noLife)-8]); err != nil || got.life != 0 {
		t.Errorf("terms without a life are read as %+v, %v", got, err)
	}
	more := hello{version: 4, terms: terms{oldest: 3, newest: 9, id: "b"}}
	body := append(more.terms.append(nil), "what a later version says"...)
	said := append(append(more.append(nil)[:8], 0, byte(len(body))), body...)
	if got, err := readHello(bytes.NewReader(said)); err != nil || got != more {
		t.Errorf("a hello that says more is read as %+v, %v", got, err)
	}
}

// TestTerms_common: the newest version that both ends speak.
func TestTerms_common(t *testing.T) {
	for _, tt := range []struct {
		a, b terms
		want byte // 0: none
	}{
		{terms{oldest: 3, newest: 4}, terms{oldest: 3, newest: 4}, 4},
		{terms{oldest: 3, newest: 4}, terms{oldest: 4, newest: 6}, 4},
		{terms{oldest: 3, newest: 4}, terms{oldest: 3, newest: 3}, 3},
		{terms{oldest: 3, newest: 4}, terms{oldest: 5, newest: 6}, 0},
		{terms{oldest: 4, newest: 4}, terms{oldest: 3, newest: 3}, 0},
	} {
		for _, pair := range [][2]terms{{tt.a, tt.b}, {tt.b, tt.a}} {
			if v, ok := pair[0].common(pair[1]); ok != (tt.want != 0) || ok && v != tt.want {
				t.Errorf("%d to %d and %d to %d: %d, %v", pair[0].oldest, pair[0].newest, pair[1].oldest, pair[1].newest, v, ok)
			}
		}
	}
}
