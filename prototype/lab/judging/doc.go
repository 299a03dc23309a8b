// Package judging holds what replicas show against what clients were told, while a run of
// the laboratory goes on.
//
// There are three judges. [Exact] keeps every operation of all lanes for package check,
// whose verdict is the one that counts, and forgets what is settled. [Audit] judges the
// strong lane at once, for the eye, and shares no code with package check. [Weak] judges a
// weak lane at once, again and again, as what that shows may change at any time; its figures
// are a lower bound until the exact judge has spoken. All proofs have the same words,
// whoever found what they prove.
//
// Judges take what happened and when: they ask no cluster and start nothing. They have no
// locks; the lab's one lock is held around each of their methods, and to read their fields.
package judging
