// The connection in a worker that all tabs have in common.
import { Hub } from "./hub.js";

export const canShare = () => typeof SharedWorker === "function";
canShare.here = typeof SharedWorkerGlobalScope === "function"; // this script runs as that worker

// shared lets a page follow by the worker. Failed is called if there is none.
export function shared(from, hear, failed) {
  let worker;
  const renew = () => {
    worker?.port.close();
    worker = new SharedWorker(import.meta.url, { type: "module", name: "lockstep stream" });
    worker.port.onmessage = ({ data }) => hear(data);
    worker.addEventListener("error", failed, { once: true });
  };
  renew();
  return { declare: (topics) => worker.port.postMessage({ from, topics }), renew };
}

// serveTabs is the worker. Its tabs are of one site, since its own address is.
export function serveTabs() {
  let hub;
  addEventListener("connect", ({ ports: [port] }) => {
    port.onmessage = ({ data: { from, topics } }) => {
      hub ??= new Hub(from);
      hub.declare(port, topics, (message) => port.postMessage(message));
    };
  });
}
