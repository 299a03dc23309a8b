package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lockstep/site/review/httpapi"
)

// TestOperator_doors: the whole log is for who has the token, and not through a proxy,
// which may lend its place on this machine to others.
func TestOperator_doors(t *testing.T) {
	w := newWorld(t)
	w.must(201, "Bob", "POST", base+"/threads", `{"id":"t1","body":"x"}`)
	for _, tt := range []struct {
		name, token string
		header      []string
		status      int
	}{
		{"the token", "right", nil, 200},
		{"no token", "", nil, 401},
		{"another token", "wrong", nil, 401},
		{"behind a proxy", "right", []string{"X-Forwarded-For", "203.0.113.9"}, 403},
		{"behind a proxy that says it is here", "right", []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		{"behind a proxy, nothing in it", "right", []string{"X-Forwarded-For", ""}, 403},
		{"behind another", "right", []string{"Forwarded", "for=127.0.0.1"}, 403},
	} {
		r := httptest.NewRequest("GET", httpapi.OperatorPath, nil)
		if tt.token != "" {
			r.Header.Set("Authorization", "Bearer "+tt.token)
		}
		for i := 0; i < len(tt.header); i += 2 {
			r.Header.Set(tt.header[i], tt.header[i+1])
		}
		answer := httptest.NewRecorder()
		w.api.Operator("right").ServeHTTP(answer, r)
		if answer.Code != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, answer.Code, tt.status)
		}
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequest("GET", httpapi.OperatorPath, nil)
	r.Header.Set("Authorization", "Bearer ")
	if w.api.Operator("").ServeHTTP(answer, r); answer.Code != http.StatusUnauthorized {
		t.Errorf("a server without a token: %d", answer.Code)
	}
}
