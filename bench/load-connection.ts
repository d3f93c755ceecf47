import { type Socket, connect } from 'node:net';
import { ANSWER_TEXT } from './answers.ts';
import { nowNanos } from './clock.ts';
import type { Measurements } from './measurements.ts';
import { ResponseReader } from './response-reader.ts';
import { StampReader } from './stamps.ts';

interface Plan {
  port: number;
  request: Buffer;
  /** Events with text in each answer; undefined when answers are not streamed. */
  events: number | undefined;
  measurements: Measurements;
  /** Asked after each answer. */
  goOn: () => boolean;
}

const NANOS_PER_MICRO = 1_000;
const LONGEST_COMPLAINT = 500;

/**
 * Sends one request after another on a kept-alive connection and reads every answer to its end.
 * @throws Error for anything but complete answers: a fast failure must not look like speed
 */
export function runConnection({ port, request, events, measurements, goOn }: Plan): Promise<void> {
  return new Promise((resolve, reject) => {
    let socket: Socket;
    let over = false;
    let status = 0;
    let sentAt = 0;
    let lastEventAt = 0;
    let seen = 0;
    let pieces: Buffer[] = [];
    let stamps = new StampReader();
    let reader: ResponseReader;

    function open(): void {
      reader = new ResponseReader({ head: readHead, body: readPiece, end: finishAnswer });
      socket = connect({ port, host: '127.0.0.1', noDelay: true }, send);
      socket.on('data', (bytes: Buffer) => {
        try {
          reader.push(bytes);
        } catch (cause) {
          fail(cause instanceof Error ? cause.message : String(cause));
        }
      });
      socket.on('error', (cause) => fail(`the connection broke: ${cause.message}`));
      socket.on('close', () => fail('the connection was closed inside an answer'));
    }

    function send(): void {
      status = 0;
      seen = 0;
      pieces = [];
      stamps = new StampReader();
      sentAt = nowNanos();
      socket.write(request);
    }

    function readHead(code: number, head: string): void {
      status = code;
      measurements.lane ??= /\nx-couloir-lane: *(\S+)/i.exec(head)?.[1];
      const closes = /\nconnection: *close/i.test(head);
      if (closes) fail(`the server does not keep connections alive: ${head.slice(0, LONGEST_COMPLAINT)}`);
    }

    function readPiece(piece: Buffer): void {
      if (events === undefined || status !== 200) {
        pieces.push(piece);
        return;
      }
      const arrivedAt = nowNanos();
      for (const stamp of stamps.push(piece)) {
        if (seen === 0) measurements.firstEvents.add((arrivedAt - sentAt) / NANOS_PER_MICRO);
        else measurements.gaps.add((arrivedAt - lastEventAt) / NANOS_PER_MICRO);
        measurements.delays.add((arrivedAt - stamp) / NANOS_PER_MICRO);
        measurements.events += 1;
        lastEventAt = arrivedAt;
        seen += 1;
      }
    }

    function finishAnswer(): void {
      const complaint = events === undefined || status !== 200 ? faultOfAnswer() : faultOfStream(events);
      if (complaint !== undefined) return fail(complaint);
      measurements.answers.add((nowNanos() - sentAt) / NANOS_PER_MICRO);
      measurements.requests += 1;
      if (goOn()) send();
      else finish();
    }

    function faultOfAnswer(): string | undefined {
      const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      if (status === 200 && (body.includes(ANSWER_TEXT) || body.includes('@0000'))) return undefined;
      return `the answer was ${status}: ${body.toString('utf8').slice(0, LONGEST_COMPLAINT)}`;
    }

    function faultOfStream(expected: number): string | undefined {
      if (seen === expected && stamps.terminated) return undefined;
      return `a stream had ${seen} of ${expected} events and ${stamps.terminated ? 'its' : 'no'} end`;
    }

    function finish(): void {
      over = true;
      socket.destroy();
      resolve();
    }

    function fail(reason: string): void {
      if (over) return;
      over = true;
      socket.destroy();
      reject(new Error(reason));
    }

    open();
  });
}
