// Package code marks up source text for reading: it tells comments, strings,
// numbers, keywords and names apart, and writes each as a span with a class.
//
// It is a scanner, not a compiler's lexer. A fence in a document is often a
// fragment, sometimes not quite the language that it says, and is read by
// people; what matters is that nothing of the text is lost, that a comment is
// never taken for code, and that an unclosed quote spoils one line and not the
// page. Every byte of the source appears in the output, in order, escaped.
//
// Why not a general highlighter: those run a stack of regular expressions at
// every position, which takes half of the time in which a site of thousands of
// pages is built. Most fences are in a dozen languages, and most of those differ
// only in their words and quotes, so one loop over the bytes and a [grammar] for
// each is enough. Append says which languages it knows; the caller has another
// highlighter for the rest.
//
// The classes are those that highlighters have agreed on: k keyword, kt type,
// c comment, s string, m number, nf function, nc class or section, nt tag or
// key, na attribute, nb built-in, nv variable, gp prompt, gd and gi removed and
// added, gh heading.
package code
