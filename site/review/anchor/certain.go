package anchor

// ways are all longest common subsequences of two lists at once: they tell whether
// an item can be said to have become another one, or only might have.
type ways struct {
	a, b  []string
	equal bool    // the lists are the same, and then there is one way only
	width int     //
	head  []int32 // of the items before i and j, at i*width+j
	tail  []int32 // of those from i and j on
}

// maxWays bounds the tables.
const maxWays = 1 << 18

// waysOf compares two lists; nil if they are too long for it.
func waysOf(a, b []string) *ways {
	w := &ways{a: a, b: b, width: len(b) + 1}
	if w.equal = equalLists(a, b); w.equal {
		return w
	}
	if len(a)*len(b) > maxWays {
		return nil
	}
	size := (len(a) + 1) * w.width
	w.head, w.tail = make([]int32, size), make([]int32, size)
	for i := range a {
		for j := range b {
			at := (i+1)*w.width + j + 1
			if a[i] == b[j] {
				w.head[at] = w.head[at-w.width-1] + 1
			} else {
				w.head[at] = max(w.head[at-w.width], w.head[at-1])
			}
		}
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			at := i*w.width + j
			if a[i] == b[j] {
				w.tail[at] = w.tail[at+w.width+1] + 1
			} else {
				w.tail[at] = max(w.tail[at+w.width], w.tail[at+1])
			}
		}
	}
	return w
}

// of says what the item i became: j, or -1 if it is gone. It is not certain where
// one way of comparing the lists says this and another, as good, says that.
func (w *ways) of(i int) (j int, certain bool) {
	if w.equal {
		return i, true
	}
	total := w.tail[0]
	found, ways := -1, 0
	for j := 0; j <= len(w.b); j++ {
		if j < len(w.b) && w.a[i] == w.b[j] && w.head[i*w.width+j]+1+w.tail[(i+1)*w.width+j+1] == total {
			found = j
			ways++
		}
	}
	for j := 0; j <= len(w.b); j++ {
		if w.head[i*w.width+j]+w.tail[(i+1)*w.width+j] == total {
			ways++
			break
		}
	}
	return found, ways == 1
}

func equalLists(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
