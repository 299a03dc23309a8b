//go:build js && wasm

// Command model-wasm is a model in a reader's browser: the same code that computed
// the numbers of a page computes them again under other inputs.
//
// It holds package sheet and nothing that reads YAML or writes pages; a site's model
// comes as the text of a sheet, which the build has written. The host
// (static/js/play.js) makes an object, lockstepModel, and this program puts its
// functions there. They take and give texts, lines with tabs between their parts.
package main

import (
	"syscall/js"

	"lockstep/site/model/sheet"
)

func main() {
	host := js.Global().Get("lockstepModel")
	var model *sheet.Sheet
	var state *sheet.State
	export := func(name string, f func(text string) string) {
		host.Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args[0].String()) }))
	}
	// load takes a sheet, and gives what is wrong with it.
	export("load", func(text string) string {
		var err error
		if model, err = sheet.Read(text); err != nil {
			return err.Error()
		}
		state = model.State()
		return ""
	})
	// set computes the model under a scenario, and gives what is wrong with that.
	export("set", func(text string) string {
		scenario, err := model.Scenario(text)
		if err != nil {
			return err.Error()
		}
		state.Set(scenario)
		return ""
	})
	// changed gives the inputs of a scenario with their values in their own units.
	export("changed", func(text string) string {
		scenario, _ := model.Scenario(text)
		return model.ScenarioLines(scenario)
	})
	export("answers", func(dests string) string { return state.Lines(dests) })
	export("verdicts", func(string) string { return state.VerdictLines() })
	select {}
}
