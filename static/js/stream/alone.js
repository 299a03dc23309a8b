// The connection of a page of its own, where the browser can share none.
import { Hub } from "./hub.js";

export function alone(from, hear) {
  const hub = new Hub(from);
  return { declare: (topics) => hub.declare("page", topics, hear), renew() {} };
}
