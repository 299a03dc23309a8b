// What a reader does with a run beyond looking at it: plays it many times, or plans
// another. It is loaded when one of the two is asked for.
import { manyRuns } from "./lab-tools/many.js";
import { planFaults } from "./lab-tools/plan.js";

export function tools(root, program) {
  planFaults(root, program, manyRuns(root, program));
}
