package dashboard

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// A frame differs little from the one before it, so who has that one is sent what has
// changed: a JSON array of texts to take as they are and of pairs of numbers, which
// say what to copy: the first piece of the frame before, and how many. Pieces begin at
// each "<" and each space. In JavaScript:
//
//	const pieces = before.split(/(?=[ <])/);
//
// [changeFrom] makes it; static/js/stream/patch.js puts it together again.

// pieces cuts markup.
func pieces(html []byte) (all []string) {
	start := 0
	for i := 1; i < len(html); i++ {
		if html[i] == ' ' || html[i] == '<' {
			all = append(all, string(html[start:i]))
			start = i
		}
	}
	if start < len(html) {
		all = append(all, string(html[start:]))
	}
	return all
}

const (
	together = 3 // pieces by which a place in the frame before is found
	tried    = 8 // places that are looked at
	copied   = 9 // bytes that a pair takes, about
)

// changeFrom says how to make a frame of the one before it.
func changeFrom(before, now []byte) []byte {
	old, wanted := pieces(before), pieces(now)
	key := func(list []string, i int) string {
		k := ""
		for _, p := range list[i:min(i+together, len(list))] {
			k += p
		}
		return k
	}
	places := make(map[string][]int, len(old))
	for i := range old {
		if k := key(old, i); len(places[k]) < tried {
			places[k] = append(places[k], i)
		}
	}
	same := func(from, i int) (n int, size int) {
		for from+n < len(old) && i+n < len(wanted) && old[from+n] == wanted[i+n] {
			size += len(old[from+n])
			n++
		}
		return n, size
	}
	var out writer
	end, inserted := 0, 0 // where the last copy ended, and how many pieces came since
	for i := 0; i < len(wanted); {
		from, n, size := 0, 0, 0
		// A piece was most often replaced by another, or one was put in between.
		for _, at := range append([]int{end + inserted, end}, places[key(wanted, i)]...) {
			if m, s := same(at, i); s > size {
				from, n, size = at, m, s
			}
		}
		if size <= copied {
			out.text(wanted[i])
			inserted++
			i++
			continue
		}
		out.copy(from, n)
		i += n
		end, inserted = from+n, 0
	}
	return out.end()
}

// writer makes the array.
type writer struct {
	b       bytes.Buffer
	pending bytes.Buffer
}

func (w *writer) text(piece string) { w.pending.WriteString(piece) }

func (w *writer) copy(from, n int) {
	w.put()
	w.next()
	w.b.WriteString(strconv.Itoa(from) + "," + strconv.Itoa(n))
}

func (w *writer) put() {
	if w.pending.Len() == 0 {
		return
	}
	w.next()
	encoder := json.NewEncoder(&w.b)
	encoder.SetEscapeHTML(false)       // it is no HTML before it is put together
	encoder.Encode(w.pending.String()) // a text, into memory
	w.b.Truncate(w.b.Len() - len("\n"))
	w.pending.Reset()
}

func (w *writer) next() {
	if w.b.Len() == 0 {
		w.b.WriteByte('[')
	} else {
		w.b.WriteByte(',')
	}
}

func (w *writer) end() []byte {
	w.put()
	if w.b.Len() == 0 {
		w.b.WriteByte('[')
	}
	w.b.WriteByte(']')
	return w.b.Bytes()
}
