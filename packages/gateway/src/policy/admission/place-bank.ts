/** Lends the places of bounds to several processes: together they never have more than there are (leased-bound.ts is the other side). */
import type { FromPlaceBank, ToPlaceBank } from './place-messages.ts';

type Send = (message: FromPlaceBank) => void;

export interface PlaceBank {
  /** @param send takes messages to the new worker */
  connect(send: Send): PlaceLink;
}

export interface PlaceLink {
  /** To be called with everything that the worker sends. */
  receive(message: ToPlaceBank): void;
  /** The worker is gone, and what ran in it too. */
  close(): void;
}

interface Lending {
  max: number;
  lent: Map<Send, number>;
  /** In the order in which they asked; true once they were told that there is none. */
  wanting: Map<Send, boolean>;
  /** Those that were recalled and have not answered, and those that will give when something ends. */
  asked: Set<Send>;
  owing: Set<Send>;
}

/** A worker is lent a share of what is free, so that not every request has to ask. */
const SHARE = 0.25;

export function createPlaceBank(): PlaceBank {
  const lendings = new Map<string, Lending>();
  const lendingOf = (name: string, max: number): Lending => {
    const known = lendings.get(name);
    if (known !== undefined) return known;
    const lending: Lending = { max, lent: new Map(), wanting: new Map(), asked: new Set(), owing: new Set() };
    lendings.set(name, lending);
    return lending;
  };
  return {
    connect(send) {
      return {
        receive(message) {
          const lending = lendingOf(message.name, 'max' in message ? message.max : 0);
          if (message.type === 'give') {
            if (message.count === 0 && lending.asked.has(send)) lending.owing.add(send);
            else lending.owing.delete(send);
            lending.asked.delete(send);
            lending.lent.set(send, (lending.lent.get(send) ?? 0) - message.count);
          } else {
            lending.max = message.max;
            if (message.type === 'want') lending.wanting.set(send, false);
          }
          serve(message.name, lending);
        },
        close() {
          for (const [name, lending] of lendings) {
            lending.lent.delete(send);
            lending.wanting.delete(send);
            lending.asked.delete(send);
            lending.owing.delete(send);
            serve(name, lending);
          }
        },
      };
    },
  };
}

/** Lends what is free to those who want it, in turn; recalls the rest, and says so when there is none. */
function serve(name: string, lending: Lending): void {
  const { max, lent, wanting, asked } = lending;
  let free = max;
  for (const count of lent.values()) free -= count;
  for (const send of wanting.keys()) {
    if (free <= 0) break;
    wanting.delete(send);
    const count = Math.max(1, Math.floor(free * SHARE));
    free -= count;
    lent.set(send, (lent.get(send) ?? 0) + count);
    send({ type: 'lend', name, count });
  }
  if (free < 0 || wanting.size > 0) recallFor(name, lending);
  if (asked.size > 0) return;
  for (const [send, isTold] of wanting) {
    if (isTold) continue;
    wanting.set(send, true);
    send({ type: 'none', name });
  }
}

/** Everybody who has places, but for the only one who wants some. */
function recallFor(name: string, { lent, wanting, asked, owing }: Lending): void {
  for (const [send, count] of lent) {
    if (count <= 0 || asked.has(send) || owing.has(send)) continue;
    if (wanting.size === 1 && wanting.has(send)) continue;
    asked.add(send);
    send({ type: 'recall', name });
  }
}
