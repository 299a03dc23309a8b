package model

import "lockstep/site/model/sheet"

// exact is the number of digits that shows all of them.
const exact = sheet.Exact

// formatNumber writes v by the rule of the package comment.
func formatNumber(v float64, digits int) string { return sheet.Format(v, digits) }

// parseNumber reads what formatNumber writes, and what YAML calls a number.
func parseNumber(text string) (float64, error) { return sheet.Parse(text) }

// written is the unit as a sheet has it, with so many digits.
func (u unit) written(digits int) sheet.Unit {
	return sheet.Unit{Text: u.text, Factor: u.factor, Digits: digits}
}

// formatQuantity writes the number alone and the number with its unit.
func formatQuantity(v float64, digits int, u unit) (number, full string) {
	return u.written(digits).Write(v)
}
