// Requests to the server, and what is said when it refuses.
import { $, make } from "./page.js";

// explain is the reason that the server gives for a refusal.
export async function explain(answer) {
  const { detail } = await answer.json().catch(() => ({}));
  return detail ? detail[0].toUpperCase() + detail.slice(1) + "." : `Refused (${answer.status}).`;
}

// send posts a form or a message. A refusal keeps everything; without an answer
// nobody knows whether it arrived, and the same id makes a second try safe.
export async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { accept: "application/json", ...options.headers } });
  } catch {
    throw new Error("No answer. What you wrote is kept; it can be sent again safely.");
  }
  if (!answer.ok) throw Object.assign(new Error(await explain(answer)), { status: answer.status });
  return answer.json().catch(() => ({}));
}

export function fail(form, error) {
  let box = $(".review-error", form);
  if (!box) {
    box = make("p", "review-error");
    box.setAttribute("role", "alert");
    form.append(box);
  }
  box.textContent = error.message + (error.status ? " Nothing was lost." : "");
}
