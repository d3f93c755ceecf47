import type { GatewayError } from '../errors/error.ts';

/** The exchanges whose answer has not left or that have not been settled, also those whose client has gone. */
export class RunningExchanges {
  readonly #running = new Map<Promise<void>, (reason: GatewayError) => void>();

  get size(): number {
    return this.#running.size;
  }

  add(exchange: Promise<void>, cancel: (reason: GatewayError) => void): void {
    this.#running.set(exchange, cancel);
    const forget = () => void this.#running.delete(exchange);
    exchange.then(forget, forget);
  }

  /** Ends them all: each says so to its client, in a stream that has begun with an error event. */
  cancel(reason: GatewayError): void {
    for (const cancel of this.#running.values()) cancel(reason);
  }

  /** Resolves when all are settled. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
  }
}
