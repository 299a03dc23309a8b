package build

import (
	"crypto/sha256"
	"encoding/hex"

	"lockstep/site/model"
)

// play makes the model ready to be computed in the reader's browser, with the
// triggers of the decisions, which a reader may cross.
func (t *Tree) play() {
	program := modelProgram()
	if program == nil || !t.model.Playable() {
		return
	}
	var conditions []model.Condition
	for _, p := range t.log.Decisions {
		for _, trigger := range p.Decision.Triggers {
			if trigger.Known && p.Decision.Holds() {
				conditions = append(conditions, model.Condition{When: trigger.When, Says: trigger.Says, Place: p.Path, Of: p.Decision.ID + ", " + p.Title})
			}
		}
	}
	t.sheet = []byte(t.model.Sheet(conditions).Text())
	sum := sha256.Sum256(t.sheet)
	t.model = t.model.WithPlayer(&model.Player{Exec: program.Exec, Wasm: program.Wasm, Sheet: model.SheetPath + "?" + hex.EncodeToString(sum[:4])})
}

// Sheet is the model for the reader's browser, at [model.SheetPath]; nil if no page
// has a use for it.
func (t *Tree) Sheet() []byte { return t.sheet }
