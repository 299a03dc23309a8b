package diagram

import "oss.terrastruct.com/d2/d2renderers/d2fonts"

// Fonts are those in which diagrams are measured, as TrueType: in the program already,
// for whoever else draws letters. They have the letters of Latin, Greek and Cyrillic.
func Fonts() (regular, bold []byte) {
	return d2fonts.FontFaces.Get(d2fonts.SourceSansPro.Font(0, d2fonts.FONT_STYLE_REGULAR)),
		d2fonts.FontFaces.Get(d2fonts.SourceSansPro.Font(0, d2fonts.FONT_STYLE_BOLD))
}
