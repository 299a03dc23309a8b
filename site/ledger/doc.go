// Package ledger keeps facts about a system that many texts repeat: its failure
// modes, features, requirements and promises. Each is an entry in a YAML file, with
// an id, a status, and the tests that hold it. Chapters are made from the entries,
// and sentences refer to them, so that a fact has one home and no two texts can
// differ about it.
//
//	kind: failure-modes
//	parts:
//	  One shard:
//	    FM-1:
//	      name: Leader crashes
//	      status: built
//	      detection: followers miss heartbeats
//	      scope: "[0.39 %](model:shard.share) of all conversations"
//	      mitigation: election, epoch + 1
//	      tests:
//	        TestKillLeader: kills leaders under load
//	      alert: SLO-10
//	      without_runbook: one runbook is written, for the most likely incident
//
// Texts are Markdown, checked like any other: links are relative to the YAML file.
//
// A status is one of three. What is designed has no test yet and says why. What is
// built names at least one test that tries it; if a part is missing, it says so under
// open. What is measured refers to a recorded run as well. A failure mode names its
// alert and its runbook entry, or the reason why there is none; a promise names its
// component, and the scenario or experiment that shows it, as well.
//
// Questions and criticisms are asked, and have no status: what a review board wants to
// know, and what somebody holds against the design. Each has an answer that leads to
// its ground (a page, a record, an entry, a value, a test); what the answer lacks stands
// under open. A criticism may say under without_answer why it has none.
//
//	kind: questions
//	entries:
//	
//	    name: Why not one global log?
//	    answer: Nobody can compare two rooms on one screen (ADR-0001).
//
// A text asks for entries by a fenced block of the language ledger:
//
//	entries: failure-modes     headings and lists; with part: only one part
//	table: requirements        one row an entry; with part: only one part
//	tests: failure-modes       each test, and the ids that it tries
//	only: FM-1                 a further line: this one entry
//
// and refers to them by links whose text is compared with the ledger:
//
//	[built](ledger:FM-1.status)
//	[twenty-six](ledger:failure-modes.count)
//	[seven](ledger:failure-modes.one-shard.tested)
package ledger
