package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lockstep/site/stream"
)

// reader is somebody who has the laboratory's page open.
type reader struct {
	frames atomic.Int64
	newest atomic.Int64 // number of the newest frame
}

// read follows the stream until the context ends.
func (r *reader) read(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answer %s", response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return err
			}
			r.newest.Store(n)
			r.frames.Add(1)
		}
	}
	return nil
}

// manyReaders: two hundred people watch at once, and none of them falls behind: each
// has the frame that was newest a second ago, again and again. One who does not
// read at all holds nobody up.
func manyReaders(t *testing.T, l *laboratory) {
	count, behind := 200, 10 // frames: two seconds
	if raceDetector {
		count = 40
	}
	ctx, leave := context.WithCancel(t.Context())
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: count + 1}}
	sleeper, err := client.Get(l.server.URL + "/lab/events") // never read
	if err != nil {
		t.Fatal(err)
	}
	defer sleeper.Body.Close()
	readers := make([]reader, count)
	var reading sync.WaitGroup
	for i := range readers {
		reading.Go(func() {
			if err := readers[i].read(ctx, client, l.server.URL+"/lab/events"); err != nil && ctx.Err() == nil {
				t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	defer reading.Wait()
	defer leave()

	l.until("a first frame for everybody", func(map[string]string) bool {
		for i := range readers {
			if readers[i].frames.Load() == 0 {
				return false
			}
		}
		return true
	})
	for i := range readers {
		readers[i].frames.Store(0)
	}
	began := l.frame()
	l.until("five seconds of frames", func(map[string]string) bool { return l.frame() >= began+25 })
	now := l.frame()
	var lag, frames []int64
	for i := range readers {
		lag, frames = append(lag, now-readers[i].newest.Load()), append(frames, readers[i].frames.Load())
	}
	slices.Sort(lag)
	slices.Sort(frames)
	t.Logf("%d readers, %d frames made; each got %d to %d of them, and is %d behind at the median, %d at most",
		count, now-began, frames[0], frames[count-1], lag[count/2], lag[count-1])
	if worst := lag[count-1]; worst > int64(behind) {
		t.Errorf("a reader is %d frames behind", worst)
	}
	if frames[0] < (now-began)/2 {
		t.Errorf("a reader got %d of %d frames", frames[0], now-began)
	}
}

// frame is the number of the newest frame.
func (l *laboratory) frame() int64 {
	l.t.Helper()
	_, rest, _ := strings.Cut(string(l.Live()), `data-frame="`)
	number, _, _ := strings.Cut(rest, `"`)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		l.t.Fatalf("the page has no frame number: %v", err)
	}
	return n
}

// packedReader: a reader is sent what has changed, compressed, and not each frame again.
func packedReader(t *testing.T, l *laboratory) {
	server := httptest.NewServer(&stream.Handler{Sources: map[string]stream.Source{"lab": l.Frames}, Gate: &stream.Gate{},
		Logger: slog.New(slog.DiscardHandler), Packs: func(*http.Request) bool { return true }})
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/?lab=", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var bytes atomic.Int64
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := response.Body.Read(buffer)
			bytes.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	l.until("a first frame", func(map[string]string) bool { return bytes.Load() > 0 })
	first := l.frame()
	l.until("the frames after it", func(map[string]string) bool { return l.frame() >= first+5 })
	began, before := l.frame(), bytes.Load()
	l.until("five seconds of frames", func(map[string]string) bool { return l.frame() >= began+25 })
	each, whole := int(bytes.Load()-before)/int(l.frame()-began), len(l.Live())
	t.Logf("a frame of %d bytes takes %d", whole, each)
	if each > whole/5 { // of a young run on a busy machine
		t.Errorf("a frame of %d bytes takes %d, want at most a fifth", whole, each)
	}
}
