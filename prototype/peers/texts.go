package main

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
)

const bodyBytes = 128

// texts makes messages whose bodies repeat rarely and whose ids never do.
type texts struct {
	bodies []string
	next   atomic.Uint64
}

func newTexts(seed uint64) *texts {
	const letters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"
	random := rand.New(rand.NewPCG(seed, 0))
	t := &texts{bodies: make([]string, 1024)}
	for i := range t.bodies {
		body := make([]byte, bodyBytes)
		for j := range body {
			body[j] = letters[random.IntN(len(letters))]
		}
		t.bodies[i] = string(body)
	}
	return t
}

func (t *texts) message() message {
	n := t.next.Add(1)
	return message{id: fmt.Sprintf("m%d", n), body: t.bodies[n%uint64(len(t.bodies))]}
}
