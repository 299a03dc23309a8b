package torture

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Keep writes a result into a folder, for the one who has to find out: the
// schedule, what it did, and the history as JSON lines, each file under the name.
func Keep(dir, name string, r Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep run: %w", err)
	}
	return errors.Join(
		keep(filepath.Join(dir, name+"-schedule.json"), r.Schedule.Write),
		keep(filepath.Join(dir, name+"-result.json"), func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(r)
		}),
		keep(filepath.Join(dir, name+"-history.jsonl"), func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			for _, e := range r.History {
				if err := encoder.Encode(e); err != nil {
					return err
				}
			}
			return nil
		}),
	)
}

func keep(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("keep run: %w", err)
	}
	err = write(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("keep run: %s: %w", path, err)
	}
	return nil
}
