// Package verify judges a tree of HTML files as a visitor's browser would find
// it: does every link and anchor lead somewhere on the tree, is every id unique,
// does any page carry a script or style that the strict policy would block, ask
// another host for something, or weigh too much?
//
// It knows no builder, so it can judge trees that others built.
package verify
