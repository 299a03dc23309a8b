package serve

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/site/build"
)

// BenchmarkSaveToBrowser is the way of an edit from the save to the new page in a
// browser's hands, on a site of 2,000 pages of 13 KB: the file system's notice,
// the settling time, reading and joining, the event, and the request that it
// causes. The goal is 50 ms.
func BenchmarkSaveToBrowser(b *testing.B) {
	dir := b.TempDir()
	text := func(i int, edit string) string {
		var t strings.Builder
		fmt.Fprintf(&t, "# Page %d\n\n%s\n\n", i, edit)
		for section := 0; t.Len() < 13<<10; section++ {
			fmt.Fprintf(&t, "## Section %d\n\nLeads to [a neighbour](page-%04d.md) and says *something* about `value`.\n\n", section, (i+section+1)%2000)
			fmt.Fprintf(&t, "```go\nfor i := range %d {\n\tif err := send(ctx, i); err != nil {\n\t\treturn fmt.Errorf(\"send %%d: %%w\", i, err)\n\t}\n}\n```\n\n", i)
			t.WriteString(strings.Repeat("What it had promised before, it keeps. ", 12) + "\n\n")
		}
		return t.String()
	}
	save(b, dir, "README.md", "# Home\n")
	for i := range 2000 {
		save(b, dir, fmt.Sprintf("docs/part/page-%04d.md", i), text(i, ""))
	}
	builder, err := build.Open(dir, build.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Options{Builder: builder, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	defer s.Close()
	resp, err := http.Get(server.URL + eventsPath)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	events := bufio.NewScanner(resp.Body)
	awaitReload := func() {
		for events.Scan() {
			if events.Text() == "event: reload" {
				return
			}
		}
		b.Fatal("the stream ended")
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		edit := fmt.Sprintf("Edit number %d.", i)
		begun := time.Now()
		save(b, dir, "docs/part/page-0007.md", text(7, edit))
		// Writing a file is two changes, and now and then they are seen apart.
		for body := ""; !strings.Contains(body, edit); {
			awaitReload()
			_, body = ask(b, "GET", server.URL+"/part/page-0007/", nil)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
