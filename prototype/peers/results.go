package main

// results are all rounds, by row, in the order in which rows first appeared.
type results struct {
	rows []*row
}

// row is one system, talked to in one way, under one load.
type row struct {
	load, name string
	rounds     []sample
}

// rowName tells the ways of one system apart.
func rowName(system, way string) string {
	if way == "" {
		return system
	}
	return system + "-" + way
}

func (r *results) add(load, name string, s sample) {
	found := r.find(load, name)
	if found == nil {
		found = &row{load: load, name: name}
		r.rows = append(r.rows, found)
	}
	found.rounds = append(found.rounds, s)
}

func (r *results) find(load, name string) *row {
	for _, row := range r.rows {
		if row.load == load && row.name == name {
			return row
		}
	}
	return nil
}

// under gives the rows of one load.
func (r *results) under(load string) (rows []*row) {
	for _, row := range r.rows {
		if row.load == load {
			rows = append(rows, row)
		}
	}
	return rows
}

// ratio compares a row with a peer under the same load; ok is false if the peer
// was not measured.
func (r *results) ratio(of *row, peer string) (times float64, ok bool) {
	other := r.find(of.load, peer)
	if other == nil {
		return 0, false
	}
	return summarize(of.rounds).better(summarize(other.rounds)), true
}
