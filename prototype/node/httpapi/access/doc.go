// Package access is who may ask a node for what: a file with the hashes of tokens, and the
// role of each.
//
// A token is as long as a key, made by [NewToken], and in no file here: only its hash is
// kept, so who reads the file gets in nowhere.
package access
