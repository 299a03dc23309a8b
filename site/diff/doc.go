// Package diff compares two revisions of a page: what a reader would say has changed,
// block by block, and not which lines of a file differ. It knows blocks and no markup.
//
// # Guarantees
//
// Nothing is lost: the pieces that [Compare] gives hold every word of both texts, so
// the new text can be put together from the old one and the pieces, and the old one from
// the new. Texts that are the same give only pieces that are the same.
//
// A text is foreign, so work is bounded: what a comparison may look at is fixed, and
// beyond it blocks are taken for gone and new rather than looked at further. What is
// shown is bounded by [Fold].
//
// # How blocks find each other
//
// Blocks that are equal are matched in order, by a longest common subsequence. Blocks
// between two matches pair if they share half of their words. What is left pairs anywhere
// if it is equal or nearly so, and has moved. The cells of a table are one piece, whose
// rows are matched like blocks, and whose columns by their heads.
package diff
