package stream

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	many := make(url.Values)
	for i := range maxTopics + 1 {
		many.Set(fmt.Sprint("t", i), "")
	}
	for _, tt := range []struct {
		query, last string
		want        []topic // nil: refused
	}{
		{"reload=&lab=", "", []topic{{name: "lab"}, {name: "reload"}}},
		{"review%2Fadr%2F1=57", "", []topic{{"review/adr/1", 57, true}}},
		{"a=0", "", []topic{{"a", 0, true}}},
		{"a=3&b=", "a=9&b=2&c=4", []topic{{"a", 9, true}, {"b", 2, true}}}, // the browser has more than it asked for at first
		{"a=9", "a=3", []topic{{"a", 9, true}}},
		{"a=", "%zz 12", []topic{{name: "a"}}},
		{"", "", nil},
		{"=1", "", nil},
		{"a=x", "", nil},
		{"a=-1", "", nil},
		{"a=", "a=x", nil},
		{"a%0Aevent:=", "", nil},
		{"a%20b=", "", nil},
		{strings.Repeat("a", maxTopic+1) + "=", "", nil},
		{many.Encode(), "", nil},
		{"a=&" + strings.Repeat("b=&", maxQuery), "", nil},
	} {
		got, err := parse(tt.query, tt.last)
		if (err != nil) != (tt.want == nil) || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%.60q after %q: %+v, %v", tt.query, tt.last, got, err)
		}
	}
}
