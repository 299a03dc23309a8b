"""Cuts the fonts of the site out of those in this folder: make fonts.

A page needs the letters of English first, so each face is two files: "text" has
those letters, and "more" all others, which a browser fetches only for a page that
has one of them (unicode-range in static/css/fonts.css). Serif and sans have all
weights in one file; its kerning is that of weight 500 for all, which takes a fifth
off. Mono has one file a weight, as few pages need the second.

The output is committed; static/fonts_test.go proves that no letter is lost. Needs
fontTools and brotli for Python (Debian: python3-fonttools, python3-brotli). With
--metrics FOLDER it says how wide fallbacks are, for fonts.css: FOLDER has
LiberationSerif-Regular.ttf, LiberationSans-Regular.ttf, DejaVuSerif.ttf and DejaVuSans.ttf.
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent.parent / "static" / "fonts"
TEXT = {*range(0x20, 0x7F), *map(ord, "\u00a0·×µ–—‘’“”…−")}

SERIF, ITALIC = "source-serif-4-latin-wght-normal", "source-serif-4-latin-wght-italic"
SANS, MONO = "instrument-sans-latin-wght-normal", "jetbrains-mono-latin-wght-normal"
FACES = [
    ("source-serif-4", SERIF, (400, 700)),
    ("source-serif-4-italic", ITALIC, (400, 700)),
    ("instrument-sans", SANS, (400, 700)),
    ("jetbrains-mono-400", MONO, 400),
    ("jetbrains-mono-700", MONO, 700),
]
MORE = [("source-serif-4-more", SERIF), ("source-serif-4-italic-more", ITALIC),
        ("instrument-sans-more", SANS), ("jetbrains-mono-more", MONO)]


def cut(source, letters, weight=None, features=("kern", "liga", "tnum", "ccmp", "mark")):
    font = TTFont(HERE / f"{source}.woff2", recalcTimestamp=False)
    options = subset.Options(layout_features=list(features), hinting=False, notdef_outline=True, name_IDs=[1, 2, 13, 14])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    if weight:
        font = instancer.instantiateVariableFont(font, {"wght": weight})
    return font


def save(font, name):
    font.flavor = "woff2"
    font.save(OUT / f"{name}.woff2")
    print(f"{(OUT / f'{name}.woff2').stat().st_size:6d}  {name}")


def letters_of(source):
    return set(TTFont(HERE / f"{source}.woff2").getBestCmap())


def make():
    for name, source, weight in FACES:
        font = cut(source, TEXT, weight, ["kern", "liga", "tnum"])
        if not isinstance(weight, int):
            fixed = cut(source, TEXT, 500, ["kern", "liga", "tnum"])
            assert font.getGlyphOrder() == fixed.getGlyphOrder()
            font["GPOS"] = fixed["GPOS"]
            if font["GDEF"].table.Version > 0x00010002:
                font["GDEF"].table.VarStore, font["GDEF"].table.Version = None, 0x00010002
        save(font, name)
    for name, source in MORE:
        save(cut(source, letters_of(source) - TEXT), name)


# How often letters stand in English, for the mean width of a font.
FREQUENT = {" ": 18, "e": 10, "t": 7.5, "a": 6.5, "o": 6.2, "n": 5.7, "i": 5.7, "s": 5.3, "r": 5, "h": 5, "l": 3.3, "d": 3.3,
            "u": 2.3, "c": 2.2, "m": 2, "f": 2, "w": 1.7, "g": 1.6, "p": 1.5, "y": 1.4, "b": 1.3, "v": 0.8, "k": 0.6}


def measure(font):
    cmap, widths, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    mean = sum(n * widths[cmap[ord(c)]][0] for c, n in FREQUENT.items()) / sum(FREQUENT.values())
    return mean / em, font["hhea"].ascent / em, -font["hhea"].descent / em, font["hhea"].lineGap / em


def metrics(folder):
    for source, fallbacks in ((SERIF, ("LiberationSerif-Regular", "DejaVuSerif")), (SANS, ("LiberationSans-Regular", "DejaVuSans"))):
        width, ascent, descent, gap = measure(TTFont(HERE / f"{source}.woff2"))
        for name in fallbacks:
            ratio = width / measure(TTFont(pathlib.Path(folder) / f"{name}.ttf"))[0]
            print(f"{source} on {name}: size-adjust: {ratio:.1%}; ascent-override: {ascent / ratio:.1%}; "
                  f"descent-override: {descent / ratio:.1%}; line-gap-override: {gap / ratio:.1%};")


if sys.argv[1:2] == ["--metrics"]:
    metrics(sys.argv[2])
else:
    make()
