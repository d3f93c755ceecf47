import type { Bound, BoundUser, OpenBound } from './bound.ts';
import type { FromPlaceBank, ToPlaceBank } from './place-messages.ts';

/** A worker's places under one name: those lent to it by the process that has them all (place-bank.ts). */
class LeasedBound implements Bound {
  readonly #name: string;
  readonly #user: BoundUser;
  readonly #send: (message: ToPlaceBank) => void;
  readonly #onClose: () => void;
  #lent = 0;
  #max: number | undefined;
  /** Asked and not answered. */
  #isAsking = false;
  /** Asked, and not been lent anything since. */
  #isWanting = false;
  /** Others want what becomes idle. */
  #isRecalled = false;

  constructor(name: string, user: BoundUser, send: (message: ToPlaceBank) => void, onClose: () => void) {
    this.#name = name;
    this.#user = user;
    this.#send = send;
    this.#onClose = onClose;
  }

  most(max: number): number {
    if (this.#max !== undefined && this.#max !== max) this.#send({ type: 'max', name: this.#name, max });
    this.#max = max;
    return Math.min(max, this.#lent);
  }

  want(max: number): void {
    if (this.#isWanting) return;
    this.#isWanting = true;
    this.#isAsking = true;
    this.#send({ type: 'want', name: this.#name, max });
  }

  isAsking(): boolean {
    return this.#isAsking;
  }

  vacated(): void {
    if (this.#isRecalled) this.#giveBack();
  }

  receive(message: FromPlaceBank): void {
    if (message.type === 'recall') {
      this.#isRecalled = true;
      if (!this.#giveBack()) this.#send({ type: 'give', name: this.#name, count: 0 });
      return;
    }
    this.#isAsking = false;
    if (message.type === 'lend') {
      this.#isWanting = false;
      this.#lent += message.count;
    }
    this.#user.onRoom();
    if (this.#isRecalled) this.#giveBack();
  }

  close(): void {
    if (this.#lent > 0) this.#send({ type: 'give', name: this.#name, count: this.#lent });
    this.#lent = 0;
    this.#onClose();
  }

  /** Half of what is idle, so that neither side has to ask again at once. False when nothing is. */
  #giveBack(): boolean {
    const idle = this.#lent - this.#user.needed();
    if (idle <= 0) return false;
    const count = Math.ceil(idle / 2);
    this.#lent -= count;
    this.#isRecalled = false;
    this.#send({ type: 'give', name: this.#name, count });
    return true;
  }
}

/** A worker's end of the channel to the place bank. */
export interface LeasedBounds {
  /** For `createAdmission`. */
  openBound: OpenBound;
  /** To be called with everything that the bank sends. */
  receive(message: FromPlaceBank): void;
}

/** @param send takes messages to the bank, whose answers come after it has returned */
export function createLeasedBounds(send: (message: ToPlaceBank) => void): LeasedBounds {
  const bounds = new Map<string, LeasedBound>();
  return {
    openBound(name, user) {
      const bound = new LeasedBound(name, user, send, () => bounds.delete(name));
      bounds.set(name, bound);
      return bound;
    },
    receive(message) {
      const bound = bounds.get(message.name);
      if (bound !== undefined) bound.receive(message);
      else if (message.type === 'lend') send({ type: 'give', name: message.name, count: message.count });
      else if (message.type === 'recall') send({ type: 'give', name: message.name, count: 0 });
    },
  };
}
