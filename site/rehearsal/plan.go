package rehearsal

// Commands are how a service is rehearsed on the machine where it is asked for. Each is
// a line for sh, in the top folder of the repository. Lines NAME=value that start and
// strike print are set for the commands of the entries.
type Commands struct {
	Start  string           `yaml:"start"`  // ends when the service works
	Stop   string           `yaml:"stop"`   // ends when nothing of it runs any more
	Causes map[string]Cause `yaml:"causes"` // by the name that blocks give
}

// Cause is how something goes wrong on purpose.
type Cause struct {
	Strike string `yaml:"strike"` // brings it about
	Mend   string `yaml:"mend"`   // takes it away, as somebody else would
}

// Plan is all that a repository says of rehearsals.
type Plan struct {
	Entries  []Entry
	Commands *Commands // nil if the repository names none
}
