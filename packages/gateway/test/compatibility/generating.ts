import { expect } from 'vitest';
import { CAPTURES, type Replayed } from './captures.ts';
import { judgeOf } from './judges.ts';
import { findLost } from './lost.ts';
import type { World } from './world.ts';

/** Captures of what cannot be served, and the words that tell the client so. */
export const REFUSED: Record<string, string> = {
  'clients/messages/claude-code-websearch-forced.json': "runs on Anthropic's servers, and Cortex has none",
  'clients/messages/sdk-thread-create.json': 'thread_unsupported_request',
  'clients/messages/sdk-thread-continue.json': 'thread_unsupported_request',
  'clients/messages/sdk-thread-resend.json': 'thread_unsupported_request',
  'clients/responses/openai-sdk-previous.json': 'is not kept here',
};

/** The captures that a model answers, each with the judge of its answers. */
export const GENERATING = CAPTURES.flatMap((capture) => {
  const judge = judgeOf(capture.path);
  return judge === undefined || capture.name in REFUSED ? [] : [{ name: capture.name, capture, judge }];
});

/** @throws when something of what a client sent neither reached Cortex nor is spoken of by a note */
export async function expectNothingLost(
  { capture: { body } }: (typeof GENERATING)[number],
  { headers }: Replayed,
  { couloir, sandbox }: World,
): Promise<void> {
  const { notes } = await couloir.exchangeOf(headers);
  const request = sandbox.requests.findLast(({ requestId }) => requestId === headers['x-snowflake-request-id']);
  const noted = Array.isArray(notes) ? notes.map(String) : [];
  expect(findLost(body, request!.body, noted)).toEqual([]);
  // What is dropped is also told in a header.
  const dropped = noted.filter((note) => note.startsWith('dropped ')).map((note) => note.slice(8, note.indexOf(': ')));
  expect(headers['x-couloir-dropped'] ?? '').toBe([...new Set(dropped)].join(', ').slice(0, 1_000));
}
