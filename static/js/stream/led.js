// The connection in one of the tabs, which tells the others. A tab leads as long as it
// is looked at and holds the lock. When it is hidden, frozen or closed the next one
// leads; it asks the others what they follow and what they have.
import { Hub } from "./hub.js";

export const canLead = () => typeof BroadcastChannel === "function" && Boolean(navigator.locks) && Boolean(crypto.randomUUID);

export function led(from, hear) {
  const name = `lockstep stream ${from}`;
  const me = crypto.randomUUID();
  const channel = new BroadcastChannel(name);
  let mine = [];
  let hub = null;
  let asking = null; // to lead: what takes the question back
  let resign = null;

  const declare = () => {
    if (hub) hub.declare(me, mine, hear);
    else channel.postMessage({ by: me, topics: mine });
  };
  const leave = () => {
    hub?.close();
    hub = null;
    resign?.();
    resign = null;
    asking?.abort();
    asking = null;
  };
  const stand = (steal) => {
    const mayAsk = new AbortController();
    asking = mayAsk;
    navigator.locks.request(name, steal ? { steal } : { signal: mayAsk.signal }, () => {
      if (asking !== mayAsk) return undefined;
      hub = new Hub(from);
      declare();
      channel.postMessage({ leads: me });
      return new Promise((resolve) => { resign = resolve; });
    }).catch(() => { // it was taken back, or another tab has taken the lead, since this one was silent
      if (asking !== mayAsk) return;
      leave();
      stand(false);
      declare();
    });
  };

  channel.onmessage = ({ data: { to, message, by, topics, leads } }) => {
    if (to === me) hear(message);
    else if (leads && mine.length > 0) declare();
    else if (by && hub) hub.declare(by, topics, (m) => channel.postMessage({ to: by, message: m }));
  };
  return {
    declare(now) {
      mine = now;
      declare();
      if (mine.length === 0) leave();
      else if (!asking) stand(false);
    },
    renew() {
      leave();
      stand(true);
    },
  };
}
