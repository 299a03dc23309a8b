package searchtest

import (
	"encoding/json"
	"os"
	"testing"
)

// Question is one with a known answer: a page, and perhaps a section of it.
type Question struct{ Ask, Page, At, Why string }

// Questions reads questions from a file.
func Questions(t testing.TB, file string) (all []Question) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Odd are texts that are easily cut in two ways.
var Odd = []string{
	"Kill the leader's lease.", "ADR-0007 adr0007 ADR7", "kill-leader, raft_apply, a-b-c-d-e-f-g", "Machine.Apply WhenDurable HTTPServer IDs APIs iOS vLLM p99 P99Latency",
	"1,024 0.05 00 0 007 2026-11-27 v1.05", "Über Zoë naïve Straße Łódź Ærø ΣΊΣΥΦΟΣ Ёлка й İstanbul", "ＡＤＲ－７ ﬁne ² ½ Ⅻ", "決定論 ログ ガード ｶﾞｰﾄﾞ 々 𠮷野家", "합의 알고리즘", "Raftの合意", "ไทย ลาว",
	"❤️ 👩‍💻 → don’t rock'n'roll 'quoted' l’été", "שָׁלוֹם مُحَمَّد हिन्दी தமிழ்", "e\u0301te\u0301 a\u0308", "x‐y x‑y x–y x—y", "C++ C# .NET I/O TCP/IP", "______ -- - _a_ --flag", "",
}
