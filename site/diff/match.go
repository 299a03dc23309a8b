package diff

const (
	maxCells = 4 << 20 // of the tables of one comparison together; a cell is four bytes
	maxPairs = 40_000  // pairs of blocks or rows whose words are compared, in one comparison
)

// matcher finds what two lists have in common within a budget of work.
type matcher struct{ cells, pairs int }

func newMatcher() *matcher { return &matcher{maxCells, maxPairs} }

// common is a longest common subsequence, as pairs of indexes. Where the table would be
// too large, items that are unique on both sides cut the lists into smaller ones.
func (m *matcher) common(a, b []string) (pairs [][2]int) {
	first := 0
	for first < len(a) && first < len(b) && a[first] == b[first] {
		pairs = append(pairs, [2]int{first, first})
		first++
	}
	last := 0
	for last < len(a)-first && last < len(b)-first && a[len(a)-1-last] == b[len(b)-1-last] {
		last++
	}
	for _, p := range m.between(a[first:len(a)-last], b[first:len(b)-last]) {
		pairs = append(pairs, [2]int{first + p[0], first + p[1]})
	}
	for k := last; k > 0; k-- {
		pairs = append(pairs, [2]int{len(a) - k, len(b) - k})
	}
	return pairs
}

func (m *matcher) between(a, b []string) (pairs [][2]int) {
	if m.cells -= len(a) + len(b); len(a) == 0 || len(b) == 0 || m.cells <= 0 {
		return nil
	}
	if size := (len(a) + 1) * (len(b) + 1); size <= m.cells {
		m.cells -= size
		return table(a, b)
	}
	i, j := 0, 0
	for _, p := range append(increasing(unique(a, b)), [2]int{len(a), len(b)}) {
		if i > 0 || p[0] < len(a) { // else nothing was unique, and this would go on for ever
			for _, q := range m.common(a[i:p[0]], b[j:p[1]]) {
				pairs = append(pairs, [2]int{i + q[0], j + q[1]})
			}
		}
		if p[0] < len(a) {
			pairs = append(pairs, p)
		}
		i, j = p[0]+1, p[1]+1
	}
	return pairs
}

func table(a, b []string) (pairs [][2]int) {
	width := len(b) + 1
	lengths := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lengths[i*width+j] = lengths[(i+1)*width+j+1] + 1
			} else {
				lengths[i*width+j] = max(lengths[(i+1)*width+j], lengths[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case lengths[(i+1)*width+j] >= lengths[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// unique pairs the items that stand once in each list, in the order of a.
func unique(a, b []string) (pairs [][2]int) {
	where := func(items []string) map[string]int {
		at := make(map[string]int, len(items))
		for i, item := range items {
			if _, again := at[item]; again {
				at[item] = -1
			} else {
				at[item] = i
			}
		}
		return at
	}
	inA, inB := where(a), where(b)
	for i, item := range a {
		if j, ok := inB[item]; ok && j >= 0 && inA[item] >= 0 {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return pairs
}

// increasing keeps as many pairs as stand in order on both sides; they come in the order
// of the first side.
func increasing(pairs [][2]int) (kept [][2]int) {
	var tails []int // the pair that ends the best run of each length
	before := make([]int, len(pairs))
	for k, p := range pairs {
		low, high := 0, len(tails)
		for low < high {
			if middle := (low + high) / 2; pairs[tails[middle]][1] < p[1] {
				low = middle + 1
			} else {
				high = middle
			}
		}
		before[k] = -1
		if low > 0 {
			before[k] = tails[low-1]
		}
		if low == len(tails) {
			tails = append(tails, k)
		} else {
			tails[low] = k
		}
	}
	if len(tails) == 0 {
		return nil
	}
	kept = make([][2]int, len(tails))
	for n, k := len(tails)-1, tails[len(tails)-1]; n >= 0; n, k = n-1, before[k] {
		kept[n] = pairs[k]
	}
	return kept
}
