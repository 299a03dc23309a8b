package milestone

// step is a milestone and its questions.
type step struct {
	id, title, aim string
	checks         []check
}

var steps = []step{
	{"problem", "Pick the hard problem", "What makes it hard is stated, with the side that the design takes and what it leaves out.", []check{
		{"problem-stated", "Is the problem stated?", func(f *Facts, a *answer) { a.part("problem") }},
		{"side-taken", "Is the tension named, and does a decision take a side?", sideTaken},
		{"requirements-held", "Does each requirement say what would show that it is missed?", requirementsHeld},
		{"limits-said", "Is it said what the design does not do?", func(f *Facts, a *answer) { a.part("non-goals") }},
	}},
	{"scale", "Design for scale and failure", "The load is computed, hot spots have an argument, each path promises something, and every failure mode is tried or says why not.", []check{
		{"load-computed", "Is the load computed?", func(f *Facts, a *answer) {
			a.numbers("scale", "computed number", "link a number to a formula of the model: [120 msg/s](model:sends.peak)", computed)
		}},
		{"partitions-argued", "Is it said how the load is divided?", func(f *Facts, a *answer) { a.part("partitioning") }},
		{"hotspots-argued", "Is the argument about the hottest key in numbers?", func(f *Facts, a *answer) {
			a.numbers("hotspots", "computed number", "compute the load of the hottest key in the model, and link to it", computed)
		}},
		{"paths-promise", "Does every path say what it promises?", pathsPromise},
		{"caches-argued", "Is it said what is cached, and when it is wrong?", func(f *Facts, a *answer) { a.part("caching") }},
		{"failures-tried", "Is every failure mode tried, or is there a reason?", failuresTried},
	}},
	{"operate", "Make it observable and cost it", "Objectives have targets, failures wake somebody who knows what to do, and the bill is computed.", []check{
		{"objectives-whole", "Does every objective say what is good, its target and where it is counted?", objectivesWhole},
		{"failures-seen", "Does every failure mode raise an alert, or say why none?", failuresSeen},
		{"failures-handled", "Does every failure mode lead to the runbook, or say why not?", failuresHandled},
		{"cost-computed", "Is the cost computed?", func(f *Facts, a *answer) {
			a.numbers("cost", "computed number", "link a number to a formula of the model: [$900/month](model:cost.total)", computed)
		}},
		{"promises-kept", "Does the model assert what the design promises, and is it so?", promisesKept},
	}},
	{"decide", "Record decisions", "Every decision in force names what else was weighed, what it costs and when to take it up again.", []check{
		{"options-weighed", "Does every decision weigh an alternative?", optionsWeighed},
		{"price-named", "Does every decision name its price?", priceNamed},
		{"revisit-said", "Does every decision say when to take it up again?", revisitSaid},
		{"triggers-answered", "Has every trigger that was crossed an answer?", triggersAnswered},
		{"decisions-used", "Does the design refer to every decision?", decisionsUsed},
		{"whole-doubted", "Are there alternatives to the whole?", func(f *Facts, a *answer) { a.part("alternatives") }},
	}},
	{"prototype", "Prototype the risk", "What is most likely to be wrong was built, and its recorded runs are repeatable, quoted and as old as the code.", []check{
		{"risk-named", "Is it said which risk the prototype tries?", riskNamed},
		{"runs-quoted", "Does the text quote a recorded run?", runsQuoted},
		{"runs-repeatable", "Does every run say the command that records it?", runsRepeatable},
		{"runs-current", "Is no run older than the code that it judges?", runsCurrent},
		{"promise-measured", "Is a requirement or a failure mode measured?", promiseMeasured},
		{"reach-said", "Is it said how far the evidence reaches?", func(f *Facts, a *answer) { a.part("threats") }},
	}},
}

func computed(c Chapter) int { return c.Computed }

// Question is that of a check, "" for one that does not exist.
func Question(id string) string {
	for _, step := range steps {
		for _, c := range step.checks {
			if c.id == id {
				return c.question
			}
		}
	}
	return ""
}
