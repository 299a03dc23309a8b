// Requests to the server, and what is said when it refuses.
import { $ } from "./page.js";

// send posts a form or a message. A refusal keeps everything; without an answer
// nobody knows whether it arrived, and the same id makes a second try safe.
export async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { accept: "application/json", ...options.headers } });
  } catch {
    throw new Error("No answer. What you wrote is kept; it can be sent again safely.");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error(body.detail ? body.detail[0].toUpperCase() + body.detail.slice(1) + "." : `Refused (${answer.status}).`);
    error.status = answer.status;
    throw error;
  }
  return body;
}

export function fail(form, error) {
  let box = $(".review-error", form);
  if (!box) {
    box = document.createElement("p");
    box.className = "review-error";
    box.setAttribute("role", "alert");
    form.append(box);
  }
  box.textContent = error.message + (error.status ? " Nothing was lost." : "");
}
