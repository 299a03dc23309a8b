package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Unmarshal decodes JSON that may have no fields that we do not know and nothing after
// it. What is no text is refused: the decoder would put another character in its
// place, and nobody would be told.
func Unmarshal(data []byte, into any) error {
	switch {
	case !utf8.Valid(data):
		return errors.New("it is not valid UTF-8")
	case loneSurrogate(data):
		return errors.New("it has half of a character: a \\u escape of a surrogate without the other")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the value")
	}
	return nil
}

// loneSurrogate says whether an escape stands for half of a character.
func loneSurrogate(data []byte) bool {
	high := false // the escape before was the first half
	for i := 0; i < len(data); i++ {
		r, is := rune(0), false
		if data[i] == '\\' && i+5 < len(data) && data[i+1] == 'u' {
			n, err := strconv.ParseUint(string(data[i+2:i+6]), 16, 32)
			r, is = rune(n), err == nil && utf16.IsSurrogate(rune(n))
		}
		low := is && r >= 0xdc00
		if high != low {
			return true
		}
		high = is && !low
		switch {
		case is:
			i += 5
		case data[i] == '\\':
			i++ // what it escapes begins no escape
		}
	}
	return high
}
