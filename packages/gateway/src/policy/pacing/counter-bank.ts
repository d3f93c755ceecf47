/** Counts the windows of all workers in one process, and leases slices of them (leased-counter.ts is the other side). */
import type { FromBank, ToBank } from './lease-messages.ts';
import { LocalCounter } from './local-counter.ts';

export interface CounterBank {
  /** @param send takes messages to the new worker */
  connect(send: (message: FromBank) => void): BankLink;
}

export interface BankLink {
  /** To be called with everything that the worker sends. */
  receive(message: ToBank): void;
  /** The worker is gone. What it had leased stays counted: it may have spent it. */
  close(): void;
}

interface Account {
  counter: LocalCounter;
  /** Workers that were refused, to be told when something is given back. */
  refused: Set<(message: FromBank) => void>;
  usedAtMs: number;
}

/** Beside what a worker needs, it gets such a share of the limit, so that not every request has to ask. */
const SLICES = 64;
/** … and where no limit is known, so much. */
const UNLIMITED_SLICE = { requests: 64, tokens: 1_000_000 };

const MANY_ACCOUNTS = 4_096;
/** By then the windows are empty, and what a 429 taught is forgotten. */
const FORGET_AFTER_MS = 15 * 60_000;

/** @param now milliseconds */
export function createCounterBank(now: () => number): CounterBank {
  const accounts = new Map<string, Account>();
  const workers = new Set<(message: FromBank) => void>();

  const accountOf = (key: string): Account => {
    const nowMs = now();
    let account = accounts.get(key);
    if (account === undefined) {
      if (accounts.size >= MANY_ACCOUNTS) {
        for (const [other, { usedAtMs }] of accounts) if (usedAtMs < nowMs - FORGET_AFTER_MS) accounts.delete(other);
      }
      account = { counter: new LocalCounter(), refused: new Set(), usedAtMs: nowMs };
      accounts.set(key, account);
    }
    account.usedAtMs = nowMs;
    return account;
  };

  return {
    connect(send) {
      workers.add(send);
      return {
        receive(message) {
          const account = accountOf(message.key);
          if (message.type === 'ask') lend(account, message, send, workers, now());
          else if (message.type === 'correct') putRight(account, message, now());
          else learn(account, message, workers, now());
        },
        close() {
          workers.delete(send);
          for (const { refused } of accounts.values()) refused.delete(send);
        },
      };
    },
  };
}

type Message<T extends ToBank['type']> = Extract<ToBank, { type: T }>;

function lend(
  account: Account,
  { key, tokens, limits, unused }: Message<'ask'>,
  send: (message: FromBank) => void,
  workers: ReadonlySet<(message: FromBank) => void>,
  nowMs: number,
): void {
  const { counter, refused } = account;
  if (unused !== undefined) putRight(account, { key, type: 'correct', ...unused }, nowMs);
  if (counter.tryTake(nowMs, tokens, limits) > 0) {
    refused.add(send);
    send({ type: 'refusal', key, atMs: nowMs, tokens, shortage: counter.shortage(nowMs, [], tokens, limits) });
    for (const other of workers) if (other !== send) other({ type: 'recall', key });
    return;
  }
  const room = counter.room(nowMs, limits);
  const extra = {
    requests: spare(room.requests, limits.rpm ?? UNLIMITED_SLICE.requests * SLICES),
    tokens: spare(room.tokens, limits.tpm ?? UNLIMITED_SLICE.tokens * SLICES),
  };
  const isTaken = counter.tryTakeSlice(nowMs, extra.requests, extra.tokens, limits) === 0;
  send({
    type: 'grant',
    key,
    countedAtMs: nowMs,
    requests: 1 + (isTaken ? extra.requests : 0),
    tokens: tokens + (isTaken ? extra.tokens : 0),
    spareTokens: isTaken ? extra.tokens : 0,
  });
}

/** The nearer the limit, the less is spare, so that little has to be recalled. */
function spare(room: number, limit: number): number {
  return Math.floor(Math.min(limit / SLICES, room / 4));
}

function putRight({ counter, refused }: Account, message: Message<'correct'>, nowMs: number): void {
  const { key, takenAtMs, requests, tokens } = message;
  counter.correct(nowMs, takenAtMs, requests, tokens);
  if (requests >= 0 && tokens >= 0) return;
  const waiting = [...refused];
  refused.clear();
  for (const send of waiting) send({ type: 'room', key });
}

function learn(
  { counter }: Account,
  { key, takenAtMs, retryAfterMs, limits }: Message<'limited'>,
  workers: ReadonlySet<(message: FromBank) => void>,
  nowMs: number,
): void {
  counter.limited(nowMs, takenAtMs, retryAfterMs, limits);
  const { heldMs } = counter.view(nowMs, limits);
  if (heldMs === 0) return;
  for (const send of workers) send({ type: 'hold', key, untilMs: nowMs + heldMs });
}
