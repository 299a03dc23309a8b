// Package markdown turns a source text into a document: its metadata, outline,
// links, references, definitions, decision, findings, and, once the rest of the
// site is known, its HTML. It is the only package that knows goldmark.
//
// Work is in two steps. [Parser.Parse] looks at one text and nothing else, so
// texts parse in parallel and a result is kept until its text changes.
// [Document.Render] asks a [Resolver] what lies behind a link or an identifier,
// so it can be called again when another page changed.
//
// Nothing is lost silently. Raw HTML that would vanish, a link with an unsafe
// scheme, an image without alternative text, a heading whose id is taken: each
// is a finding with line and mend. What is written out is safe to print
// unescaped: text is escaped, URLs have a safe scheme, and no author's markup
// reaches the page except a few harmless elements that are written anew.
package markdown
