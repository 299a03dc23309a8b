package view

import "strconv"

func seedsWords(n int) string {
	if n == 1 {
		return "one seed"
	}
	return strconv.Itoa(n) + " seeds"
}

func runsWords(n int) string {
	if n == 1 {
		return "one run that was tried"
	}
	return strconv.Itoa(n) + " runs that were tried"
}
