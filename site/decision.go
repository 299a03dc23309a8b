package site

// Status is the state of a decision record.
type Status string

// The statuses. StatusUnknown stands for a status that is missing or not one of
// the others: it is always a [Finding], and never read as accepted.
const (
	StatusUnknown    Status = ""
	StatusProposed   Status = "proposed"
	StatusAccepted   Status = "accepted"
	StatusRejected   Status = "rejected"
	StatusDeprecated Status = "deprecated"
	StatusSuperseded Status = "superseded"
)

// Format is the style that a decision record is written in.
type Format string

const (
	FormatMADR   Format = "madr"
	FormatNygard Format = "nygard"
)

// Decision is what a decision record says, apart from its prose.
type Decision struct {
	Number int    // 0 if the file name carries a date instead
	ID     string // "ADR-0007", or the date prefix: "2024-05-01"
	Title  string
	Format Format

	Status     Status
	StatusText string // as written, with the words around the status
	Date       string // as written: 2006-01-02

	Deciders  []string
	Consulted []string
	Informed  []string

	Drivers      []string
	Options      []Option
	Outcome      string // plain text, the first paragraph
	Chosen       string // the title of the chosen option, "" if the text does not say
	Consequences []Consequence
	Validation   string // plain text: how we know that the decision is followed

	Triggers []Trigger `json:",omitempty"` // when to take the decision up again

	Links []DecisionLink // as typed in this record
	// Derived from the records that name this one; see [NewLog].
	Incoming []DecisionLink
}

// Option is one considered option.
type Option struct {
	Title  string
	Anchor string // id of its section under "Pros and cons", "" if it has none
	Pros   []string
	Cons   []string
	Chosen bool
}

// Consequence is one consequence of a decision. Effect is "good", "bad",
// "neutral" or "" where the text does not say.
type Consequence struct {
	Effect string
	Text   string
}

// Relation is the way in which one decision bears on another.
type Relation string

// The relations. Supersedes and amends differ: a superseded record no longer
// holds, an amended one holds with changes. Each is typed once, on either side,
// and derived on the other.
const (
	Supersedes   Relation = "supersedes"
	SupersededBy Relation = "superseded-by"
	Amends       Relation = "amends"
	AmendedBy    Relation = "amended-by"
	Relates      Relation = "relates-to"
)

// Inverse is the same relation, seen from the other record.
func (r Relation) Inverse() Relation {
	switch r {
	case Supersedes:
		return SupersededBy
	case SupersededBy:
		return Supersedes
	case Amends:
		return AmendedBy
	case AmendedBy:
		return Amends
	}
	return r
}

// DecisionLink is a relation to another record.
type DecisionLink struct {
	Relation Relation
	Target   string // the ID of the other record, canonical
	Text     string // as written
	Href     string // the link's destination as written, "" if the text names an id only
	Line     int
}
