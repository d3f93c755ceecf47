import type { AnswerSink, OutgoingRequest } from './call.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { Connector } from './connector.ts';
import type { Ticker } from './ticker.ts';
import { TransportError } from './transport-error.ts';

/**
 * Connections by origin, as many as there are requests at once: a bound would queue streams in silence. Of those
 * that idle the one used last is taken, so that those a burst has left behind grow old and go.
 */
export class Pool implements ConnectionOwner {
  readonly #connector: Connector;
  readonly #ticker: Ticker;
  readonly #connections = new Set<Connection>();
  readonly #idle = new Map<string, Connection[]>();
  #isClosed = false;

  constructor(connector: Connector, ticker: Ticker) {
    this.#connector = connector;
    this.#ticker = ticker;
  }

  send(request: OutgoingRequest, sink: AnswerSink): void {
    if (this.#isClosed)
      return sink.onError(new TransportError('TRANSPORT_CLOSED', 'this process gave its connections up'));
    const idle = request.fresh ? undefined : this.#idle.get(request.origin.name)?.pop();
    idle?.use(request, sink);
    sink.onFlow(idle ?? this.#connect(request, sink));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#connections, (connection) => connection.shutDown()));
  }

  onIdle(connection: Connection): void {
    const idle = this.#idle.get(connection.origin);
    if (idle === undefined) this.#idle.set(connection.origin, [connection]);
    else idle.push(connection);
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    const idle = this.#idle.get(connection.origin);
    const place = idle?.indexOf(connection) ?? -1;
    if (place !== -1) idle!.splice(place, 1);
    if (idle?.length === 0) this.#idle.delete(connection.origin);
  }

  onUnsent(request: OutgoingRequest, sink: AnswerSink): void {
    this.send(request, sink);
  }

  #connect(request: OutgoingRequest, sink: AnswerSink): Connection {
    const parts = { connector: this.#connector, ticker: this.#ticker, owner: this };
    const connection = new Connection(parts, request, sink);
    this.#connections.add(connection);
    return connection;
  }
}
