package anchor

import (
	"fmt"
	"slices"
	"strconv"
)

// rows compares the rows of two tables by all cells but those of one column: what a
// cell says is no evidence of which row it is in.
type rows struct {
	old, now [][]string // by row: what its cells of the compared columns say
	weight   []float64  // of those columns
	key      int        // the one that names rows; -1 if none does
	numbered bool       // another column counts them
}

// keyWeight: a name weighs more than a value.
const keyWeight = 2

// rowsOf compares by the columns that both tables have, but for own. A number that
// only counts the rows is left out: it is given anew when a row goes.
func rowsOf(old, now *table, c columns, own, naming int) *rows {
	r := &rows{key: -1, old: make([][]string, len(old.body())), now: make([][]string, len(now.body()))}
	for col, to := range c.to {
		if to < 0 {
			continue
		}
		a, b := old.column(col), now.column(to)
		if col == own {
			r.numbered = r.numbered || ordinal(a) && ordinal(b)
			continue
		}
		if ordinal(a) && ordinal(b) {
			r.numbered = true
			continue
		}
		weight := 1.0
		if col == naming {
			r.key, weight = len(r.weight), keyWeight
		}
		r.weight = append(r.weight, weight)
		for i := range a {
			r.old[i] = append(r.old[i], a[i])
		}
		for j := range b {
			r.now[j] = append(r.now[j], b[j])
		}
	}
	return r
}

// naming is the column that names the rows, the first that is filled and does not
// only count them; -1 if there is none.
func naming(old, now *table, c columns) int {
	for col, to := range c.to {
		if to >= 0 && named(old.column(col)) && !(ordinal(old.column(col)) && ordinal(now.column(to))) {
			return col
		}
	}
	return -1
}

// ordinal says whether a column counts the rows: 1, 2, 3 or S1, S2, S3.
func ordinal(texts []string) bool {
	prefix, last := "", 0
	for i, t := range texts {
		digits := len(t)
		for digits > 0 && t[digits-1] >= '0' && t[digits-1] <= '9' {
			digits--
		}
		n, err := strconv.Atoi(t[digits:])
		if err != nil || i > 0 && (n != last+1 || t[:digits] != prefix) {
			return false
		}
		prefix, last = t[:digits], n
	}
	return len(texts) > 0
}

// named says whether most cells of a column are filled.
func named(texts []string) bool {
	n := 0
	for _, t := range texts {
		if t != "" {
			n++
		}
	}
	return 2*n > len(texts)
}

// like is how much of two rows is the same, from 0 to 1.
func (r *rows) like(a, b []string) float64 {
	same, all := 0.0, 0.0
	for e, w := range r.weight {
		if a[e] == "" && b[e] == "" {
			continue
		}
		all += w
		switch {
		case a[e] == b[e]:
			same += w
		case e == r.key:
			if s := similar([]rune(a[e]), []rune(b[e])); s >= 0.5 && a[e] != "" && b[e] != "" {
				same += w * s
			}
		case dice(bag(a[e]), bag(b[e])) >= minDice:
			same += w / 2
		}
	}
	if all == 0 {
		return 0
	}
	return same / all
}

func (r *rows) keyOf(row []string) string {
	if r.key < 0 {
		return ""
	}
	return row[r.key]
}

// named is the only row with a name, -1 if there is none or more than one.
func (r *rows) named(list [][]string, key string) int {
	found := -1
	for i, row := range list {
		if key != "" && r.keyOf(row) == key {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// equal lists the rows that say the same.
func equalRows(list [][]string, row []string) (all []int) {
	for i, other := range list {
		if slices.Equal(other, row) {
			all = append(all, i)
		}
	}
	return all
}

// of says which row the row i has become, -1 if none. Loose is why that is likely
// and not certain, and doubt why it is one of several.
func (r *rows) of(i int, own, ownNow []string) (j int, loose, doubt string) {
	row := r.old[i]
	key := r.keyOf(row)
	if at := r.named(r.now, key); at >= 0 && r.named(r.old, key) == i {
		if r.rivalled(i, at) || !r.supported(i, at) {
			loose = "the same words; the row around them was edited"
		}
		return at, loose, ""
	}
	switch same := equalRows(r.now, row); {
	case len(r.weight) == 0 && r.numbered:
		return r.counted(i, own, ownNow)
	case len(r.weight) == 0:
		return r.alone(i, own, ownNow)
	case len(same) > 0:
		return r.among(i, equalRows(r.old, row), same, own, ownNow)
	}
	best, score, second := -1, minDice, 0.0
	for k, other := range r.now {
		if of := r.named(r.old, r.keyOf(other)); of >= 0 && of != i && r.named(r.now, r.keyOf(other)) == k {
			continue // it has the name of another row
		}
		switch s := r.like(row, other); {
		case s > score || s == score && best < 0:
			best, second, score = k, score, s
		case s > second:
			second = s
		}
	}
	if best < 0 || second >= score && second > minDice || r.rivalled(i, best) || !r.renamed(i, best) {
		return -1, "", ""
	}
	return best, "the same words; the row around them was edited", ""
}

// supported says whether at least half of the values of two rows of the same name are
// the same: another row may have been given the name.
func (r *rows) supported(i, j int) bool {
	same, all := 0, 0
	for e := range r.weight {
		if e == r.key || r.old[i][e] == "" && r.now[j][e] == "" {
			continue
		}
		all++
		if r.old[i][e] == r.now[j][e] {
			same++
		}
	}
	return 2*same >= all
}

// rivalled says whether another row of the old table is as much like a new row.
func (r *rows) rivalled(i, j int) bool {
	score := r.like(r.old[i], r.now[j])
	for k, other := range r.old {
		if k != i && r.like(other, r.now[j]) >= score {
			return true
		}
	}
	return false
}

// outdone says whether another row of the old table is more like a new row.
func (r *rows) outdone(i, j int) bool {
	score := r.like(r.old[i], r.now[j])
	return slices.ContainsFunc(r.old, func(other []string) bool { return r.like(other, r.now[j]) > score })
}

// renamed says whether a row that has another name now is still the same: its name is
// like the old one, or all else in it is as it was, and was so in no other row.
func (r *rows) renamed(i, j int) bool {
	was, is := r.keyOf(r.old[i]), r.keyOf(r.now[j])
	if was == is {
		return true
	}
	if was != "" && is != "" && similar([]rune(was), []rune(is)) >= 0.5 {
		return true
	}
	rest := func(row []string) (kept []string) {
		for e, text := range row {
			if e != r.key {
				kept = append(kept, text)
			}
		}
		return kept
	}
	own := rest(r.old[i])
	if filled := slices.DeleteFunc(slices.Clone(own), func(s string) bool { return s == "" }); len(filled) < 2 || !slices.Equal(own, rest(r.now[j])) {
		return false
	}
	for k := range r.old {
		if k != i && slices.Equal(rest(r.old[k]), own) {
			return false
		}
	}
	return true
}

// among finds a row among those that are all like it.
func (r *rows) among(i int, old, now []int, own, ownNow []string) (j int, loose, doubt string) {
	k := slices.Index(old, i)
	if len(old) == 1 && len(now) == 1 {
		return now[0], "", ""
	}
	texts := func(list []int, of []string) (t []string) {
		for _, at := range list {
			t = append(t, of[at])
		}
		return t
	}
	if len(old) == len(now) && slices.Equal(texts(old, own), texts(now, ownNow)) {
		if !slices.EqualFunc(r.old, r.now, slices.Equal[[]string]) {
			loose = "the same words; rows that are alike stand around them"
		}
		return now[k], loose, ""
	}
	return now[min(k, len(now)-1)], "", fmt.Sprintf("rows that are alike stood in %d places and now stand in %d; which of them is meant cannot be told", len(old), len(now))
}

// counted finds a row of which nothing is known but its number. Where the column was
// changed in any way, that number may be another's by now.
func (r *rows) counted(i int, own, ownNow []string) (j int, loose, doubt string) {
	loose = "the same words; other rows of the column were edited"
	w := waysOf(own, ownNow)
	switch {
	case w == nil:
		return -1, "", ""
	case w.equal && !ordinal(own):
		return i, "", ""
	case len(own) == len(ownNow):
		return i, loose, ""
	}
	j, certain := w.of(i)
	if !certain {
		return max(j, slices.Index(ownNow, own[i])), "", severalCells
	}
	return j, loose, ""
}

const severalCells = "the same cell stands in several rows; which of them is meant cannot be told"

// alone finds a row of a table that has one column.
func (r *rows) alone(i int, own, ownNow []string) (j int, loose, doubt string) {
	if single(own, own[i]) && single(ownNow, own[i]) {
		return slices.Index(ownNow, own[i]), "", ""
	}
	w := waysOf(own, ownNow)
	if w == nil {
		return -1, "", ""
	}
	j, certain := w.of(i)
	if !certain {
		return max(j, slices.Index(ownNow, own[i])), "", severalCells
	}
	return j, "", ""
}
