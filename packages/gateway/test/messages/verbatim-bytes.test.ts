// Verbatim means it: of the bytes that a client sent, Cortex gets every one but those that named splices changed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { openIndexes } from '../compatibility/leaves.ts';
import { startWorld, watchRequests, type World } from '../compatibility/world.ts';
import { GENERATING_CAPTURES, type MessagesCapture, signed } from '../support/messages-captures.ts';
import { STRICTEST } from '../support/strictest.ts';
import { type ByteChange, changesBetween } from './byte-changes.ts';

const MODELS = ['claude-sonnet-4-5', 'claude-sonnet-4-6', 'claude-opus-4-7', 'claude-opus-5-5'];

/** Bodies that keep their bytes on none of these models: why is in every-splice-is-taken.test.ts. */
const TRANSLATED = new Set([
  'claude-agent-sdk',
  'claude-agent-sdk-first-turn',
  'claude-code-after-refusal',
  'claude-code-compact',
  'claude-code-cut-off',
  'claude-code-cut-off-again',
  'claude-code-effort-per-turn',
  'claude-code-first-turn',
  'claude-code-image',
  'claude-code-nobetas',
  'claude-code-opus',
  'claude-code-resume',
  'claude-code-schema',
  'claude-code-subagent',
  'claude-code-subagent-result',
  'claude-code-tool-result',
  'claude-code-toolsearch',
  'claude-code-websearch',
  'qwen',
  'sdk-document',
  'sdk-everything',
]);

/** What may change, by its place in the body. */
const SPLICES: Record<string, { place: RegExp; is?: (change: ByteChange) => boolean }> = {
  'the name of the model': { place: /^model$/ },
  'a lifetime that Cortex does not know': { place: /cache_control\.ttl$/, is: ({ added }) => added === '' },
  'the wish for thoughts, in the form that the model takes': { place: /^(thinking|output_config)(\.(?!format)|$)/ },
  'the schema of the answer, in the keywords that Claude takes': { place: /^output_config\.format\.schema\b/ },
  'room for the least thoughts there are': { place: /^max_tokens$/ },
  'sampling that the model refuses': { place: /^(temperature|top_p|top_k)$/, is: ({ added }) => added === '' },
  'the name of the schema language': { place: /^tools\[\]\.input_schema\.\$schema$/, is: ({ added }) => added === '' },
  'a key of tools that Cortex refuses': {
    place: /^tools\[\]\.eager_input_streaming$/,
    is: ({ added }) => added === '',
  },
  'a tool that no search has named yet': {
    place: /^tools\[\]/,
    is: ({ removed, added }) => added === '' && removed.includes('"defer_loading": true'),
  },
};

let world: World;

beforeAll(async () => {
  const names = Object.fromEntries(MODELS.map((model) => [`my-${model}`, model]));
  world = await startWorld({ sandbox: { switches: STRICTEST, remember: { rawBodies: true } }, names });
});

afterAll(() => world.close());

describe.each(GENERATING_CAPTURES.filter(({ name }) => !TRANSLATED.has(name)))('$name', (capture) => {
  test.each(MODELS)('keeps its bytes for %s', async (model) => {
    const { sent, received, lane } = await send(capture, model);
    if (model === 'claude-opus-5-5' && capture.name === 'sdk-forced-tool') {
      // It takes no forced choice, and is told to call the tool in words.
      expect(lane).toBe('translated');
      return;
    }
    expect(lane).toBe('verbatim');
    const changes = changesBetween(sent, received);
    expect(changes.filter((change) => spliceOf(change) === undefined)).toEqual([]);
    expect(changes.filter(({ path }) => path === 'model')).toEqual([
      { path: 'model', removed: `"my-${model}"`, added: `"${model}"` },
    ]);
  });
});

function spliceOf(change: ByteChange): string | undefined {
  const path = openIndexes(change.path);
  return Object.keys(SPLICES).find((name) => SPLICES[name]!.place.test(path) && SPLICES[name]!.is?.(change) !== false);
}

test('changes are found, and told where they are', () => {
  const before = '{"a": [1, {"b" : "x\\/y"}],\n "c":true}';
  expect(changesBetween(before, before)).toEqual([]);
  expect(changesBetween(before, before.replace(String.raw`\/`, '/'))).toEqual([
    { path: 'a[1].b', removed: String.raw`"x\/y"`, added: '"x/y"' },
  ]);
  expect(changesBetween(before, before.replace(',\n "c":true', ''))).toEqual([
    { path: 'c', removed: ',\n "c":true', added: '' },
  ]);
  expect(changesBetween(before, before.replace('1,', '1,2,'))).toMatchObject([{ removed: '' }]);
});

async function send({ path, headers, body }: MessagesCapture, model: string) {
  const sent = oddly({ ...body, model: `my-${model}`, messages: signed(body.messages, model) });
  const sinceNow = watchRequests(world);
  const response = await fetch(world.couloir.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.couloir.key}`, 'content-type': 'application/json', ...headers },
    body: sent,
  });
  expect(response.status, await response.text()).toBe(200);
  return { sent, received: sinceNow()[0]!.rawBody!.toString('utf8'), lane: response.headers.get('x-couloir-lane') };
}

/** JSON as no serialiser of ours writes it, so that what was parsed and written anew would show. */
function oddly(body: JsonObject): string {
  return JSON.stringify(body, null, '\t')
    .replaceAll('/', String.raw`\/`)
    .replaceAll('é', String.raw`\u00e9`);
}
