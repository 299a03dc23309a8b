package site

import "testing"

func TestRel(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"/", "/", "./"},
		{"/", "/adr/", "adr/"},
		{"/", "/adr/0001-a/#b", "adr/0001-a/#b"},
		{"/adr/0001-a/", "/adr/0001-a/", "./"},
		{"/adr/0001-a/", "/adr/0001-a/#b", "#b"},
		{"/adr/0001-a/", "/adr/0002-b/", "../0002-b/"},
		{"/adr/0001-a/", "/", "../../"},
		{"/adr/0001-a/", "/static/x.css", "../../static/x.css"},
		{"/adr/", "/adr/0001-a/", "0001-a/"},
		{"/404.html", "/static/x.css", "static/x.css"},
	} {
		if got := Rel(tt.from, tt.to); got != tt.want {
			t.Errorf("Rel(%q, %q) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}
