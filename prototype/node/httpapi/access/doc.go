// Package access is who may ask a node for what: a file with the hashes of tokens and with
// what certificates are called, and the role of each.
//
// A token is as long as a key, made by [NewToken], and in no file here: only its hash is
// kept, so who reads the file gets in nowhere. What a certificate is called is no secret:
// that it is good is proved before anybody looks for it here.
package access
