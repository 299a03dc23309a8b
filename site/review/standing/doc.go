// Package standing says what verdicts are worth: who signed them, whether a key may
// speak for that person, and where each decision-maker stands to the text as it is.
//
// A decision-maker is known by ids that the repository lists. A name that somebody
// chose is shown as unverified. A verdict on another text than the one of today is
// stale, a broken signature is nobody's word, and once the repository demands
// signatures nothing unsigned decides.
package standing
