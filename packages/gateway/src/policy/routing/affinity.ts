/**
 * Which conversation a request continues, told from what stays the same in it: Cortex keeps prompt caches
 * per account, so a conversation that moves to another one pays for its whole history again.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Span } from '../../kit/json-scan.ts';
import type { Spans } from '../../kit/json-span.ts';

/** Shorter prompts are in no cache (1,024 tokens is the least), so nothing ties them to an account. */
const SHORTEST_CACHED_BYTES = 4_096;
/** How much of a system prompt and of the first words of a user tells conversations apart. */
const MOST_BYTES = 8_192;

/** A name that the client itself gives the conversation. */
const SESSION_HEADERS = ['x-litellm-session-id', 'x-session-id', 'session_id', 'x-claude-code-session-id'] as const;
/** Fields in which clients name it. */
const SESSION_FIELDS = ['prompt_cache_key', 'session_id', 'litellm_session_id'] as const;
/** In `metadata`, where Cursor names it. */
const CURSOR_CONVERSATION = /"cursorConversationId"\s*:\s*"([^"\\]+)"/;
/** Where the Messages API has the user, and Claude Code its session. What else is in `metadata` may change with each request. */
const USER = /"user_id"\s*:\s*"((?:[^"\\]|\\.)*)"/;

/** @returns undefined for a request that no cache will remember */
export function conversationKey(
  callerId: string,
  body: Buffer,
  spans: Spans,
  headers: IncomingHttpHeaders,
): string | undefined {
  const named = SESSION_HEADERS.map((name) => headers[name]).find((value) => typeof value === 'string' && value !== '');
  if (typeof named === 'string') return `${callerId} ${named}`;
  if (body.length < SHORTEST_CACHED_BYTES) return undefined;
  const hash = createHash('sha1').update(callerId);
  const field = SESSION_FIELDS.map((name) => spans.get(name)).find((span) => span !== undefined);
  if (field !== undefined) return hash.update(body.subarray(field[0], field[1])).digest('base64');
  const metadata = textOf(body, spans.get('metadata'));
  const conversation = CURSOR_CONVERSATION.exec(metadata);
  if (conversation !== null) return hash.update(conversation[1]!).digest('base64');
  hash.update(USER.exec(metadata)?.[1] ?? '');
  for (const name of ['user', 'system', 'instructions']) hash.update(stable(textOf(body, spans.get(name))));
  const history = spans.get('messages') ?? spans.get('input') ?? spans.get('prompt');
  if (history === undefined) return undefined;
  return hash.update(beginning(body, history[0], history[1])).digest('base64');
}

/** The history up to the end of the first user's words. */
function beginning(body: Buffer, start: number, end: number): string {
  const user = body.indexOf('"user"', start);
  const from = user === -1 || user >= end ? start : user;
  // What stands before the user's words is the system prompt: its first part tells applications apart.
  const before = body.toString('latin1', start, Math.min(from, start + MOST_BYTES));
  return stable(before + wordsAt(body, from, end, start));
}

/** The words of the message whose role stands at `role`: behind it, or in front of it where a client sorts its fields. */
function wordsAt(body: Buffer, role: number, end: number, start: number): string {
  const after = role + '"user"'.length;
  if (/^\s*\}/.test(body.toString('latin1', after, after + 8)))
    return body.toString('latin1', Math.max(start, role - MOST_BYTES), role);
  const next = body.indexOf('"role"', after);
  return body.toString('latin1', role, Math.min(next === -1 ? end : next, end, role + MOST_BYTES));
}

/** The first part of a field; a text cut inside a character hashes the same each time all the same. */
function textOf(body: Buffer, span: Span | undefined): string {
  return span === undefined ? '' : body.toString('latin1', span[0], Math.min(span[1], span[0] + MOST_BYTES));
}

/** Cache marks wander from turn to turn, and with them the shape of what they stand in. */
function stable(text: string): string {
  return text.replaceAll(/"cache_control"\s*:\s*\{[^}]*\}/g, '').replaceAll(/[\s,{}[\]]+/g, '');
}

/**
 * Rendezvous hashing: the same conversation picks the same member on every worker and node without anything
 * being shared, in proportion to the weights, and only those of a member that is gone move.
 */
export function rendezvousRank(conversation: string, memberId: string, weight: number): number {
  const digest = createHash('sha1').update(conversation).update('\0').update(memberId).digest();
  const uniform = (digest.readUInt32BE(0) + 0.5) / 2 ** 32;
  return -Math.max(weight, 1e-9) / Math.log(uniform);
}
