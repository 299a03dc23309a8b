package httpapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
)

func listed(t *testing.T, address string) (int, api.Conversations) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Lockstep-Operator", "cli")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	var list api.Conversations
	if err != nil || json.Unmarshal(data, &list) != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return response.StatusCode, list
}

// TestHTTP_conversations: the pages of a shard's list have each conversation once, with
// what was acknowledged before; what makes no sense is refused, and no page is longer
// than any page of the API.
func TestHTTP_conversations(t *testing.T) {
	base := serveWith(t, func(*node.Config) {})
	names := []string{"a&b", "general", "room?x=1", "zürich/bahnhof"}
	for i, name := range names {
		for k := range i + 1 {
			call(t, "POST", base+"/v1/conversations/"+url.PathEscape(name)+"/messages", inJSON, fmt.Sprintf(`{"id":"%d","sender":"ann","body":"x"}`, k))
		}
	}
	for _, limit := range []int{1, 3, len(names), 10_000_000} {
		var got []string
		for after, more := "", true; more; {
			status, list := listed(t, fmt.Sprintf("%s/v1/shards/0/conversations?limit=%d&after=%s", base, limit, url.QueryEscape(after)))
			if status != http.StatusOK || list.Shards != 1 || list.Index == 0 || len(list.Conversations) == 0 {
				t.Fatalf("%d, %+v", status, list)
			}
			for _, c := range list.Conversations {
				_, text := ask(t, "GET", base+"/v1/conversations/"+url.PathEscape(c.Conversation)+"/digest", "", "")
				var d api.Digest
				if err := json.Unmarshal([]byte(text), &d); err != nil {
					t.Fatal(err)
				}
				if c.Last != uint64(len(got)+1) || c.First != 1 || c.Last != d.Seq || c.Digest != d.Digest {
					t.Errorf("%+v, and its digest is %+v", c, d)
				}
				got, after = append(got, c.Conversation), c.Conversation
			}
			more = list.More
		}
		if !slices.Equal(got, names) {
			t.Errorf("limit %d: %q, want %q", limit, got, names)
		}
	}
	for _, bad := range []string{"1/conversations", "-1/conversations", "x/conversations", "0/conversations?limit=0", "0/conversations?limit=x"} {
		if status, _ := listed(t, base+"/v1/shards/"+bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
}
