package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Error is an answer that is no success.
type Error struct {
	Method, Path string
	Status       int
	Said         string // what the forge says about it, shortened
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	if e.Said != "" {
		text += ": " + e.Said
	}
	return text
}

// Is says whether an error is an answer with one of these statuses.
func Is(err error, statuses ...int) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(statuses, e.Status)
}

var errLong = fmt.Errorf("the answer has more than %d bytes", maxAnswer)

// said is what the forge says of a failure, in a line.
func (c *Client) said(data []byte) string {
	var problem struct {
		Message any `json:"message"`
		Error   any `json:"error"`
		Errors  any `json:"errors"`
	}
	text := ""
	if json.Unmarshal(data, &problem) == nil {
		for _, part := range []any{problem.Message, problem.Error, problem.Errors} {
			if part != nil && part != "" {
				text += fmt.Sprint(part) + " "
			}
		}
	}
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	return strings.ReplaceAll(text, c.secret, "***")
}

// clean takes the token out of an error, should anything have put it there.
func (c *Client) clean(err error) error {
	if strings.Contains(err.Error(), c.secret) {
		return errors.New(strings.ReplaceAll(err.Error(), c.secret, "***"))
	}
	return err
}
