package stream

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What one connection may ask for.
const (
	maxTopics = 24
	maxTopic  = 200 // bytes of its name
	maxQuery  = 8 << 10
)

// topic is one of those that a reader asks for.
type topic struct {
	name    string
	after   uint64
	resumes bool
}

// parse reads the topics of a query. Where the reader resumes, last is the id of the
// last event that it got, which knows more than the query does.
func parse(query, last string) ([]topic, error) {
	if len(query) > maxQuery || len(last) > maxQuery {
		return nil, fmt.Errorf("a query has at most %d bytes", maxQuery)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("the query cannot be read")
	}
	came, _ := url.ParseQuery(last) // an id that is not ours says nothing
	if len(values) == 0 || len(values) > maxTopics {
		return nil, fmt.Errorf("a stream has 1 to %d topics: ?reload=&lab=", maxTopics)
	}
	var topics []topic
	for name, given := range values {
		if name == "" || len(name) > maxTopic || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return nil, fmt.Errorf("a topic is a word of at most %d bytes", maxTopic)
		}
		t := topic{name: name}
		for _, at := range slices.Concat(given, came[name]) {
			if at == "" {
				continue
			}
			n, err := strconv.ParseUint(at, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("after %q: the value of a topic is the number of its last event, or empty", name)
			}
			t.after, t.resumes = max(t.after, n), true
		}
		topics = append(topics, t)
	}
	slices.SortFunc(topics, func(a, b topic) int { return strings.Compare(a.name, b.name) })
	return topics, nil
}
