package site

// RunUse is a place in a text that shows a run of the laboratory.
type RunUse struct {
	Scenario, Title string
	From            *Page
	Anchor          string // of the figure
	Heading         string // that it stands under, "" at the top of the page
	Caption         string
}
