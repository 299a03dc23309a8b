//go:build ignore

// Compresses a file as small as it gets: go run .ci/brotli.go FILE. It takes half
// a minute for ten megabytes, so it is done once, for a site that is published.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/andybalholm/brotli"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		var buf bytes.Buffer
		// The largest window: what repeats is often megabytes apart.
		w := brotli.NewWriterOptions(&buf, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 24})
		w.Write(data) // to memory: cannot fail
		w.Close()
		err = os.WriteFile(os.Args[1]+".br", buf.Bytes(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "brotli:", err)
		os.Exit(1)
	}
}
