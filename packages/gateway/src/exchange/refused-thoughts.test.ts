import { describe, expect, it } from 'vitest';
import type { GenerateRequest, Part } from '../ir/request.ts';
import { createRefusedThoughts } from './refused-thoughts.ts';

const thought = (data: string): Part => ({
  kind: 'thinking',
  text: 'hm',
  seal: { issuer: 'anthropic', form: 'signature', data },
});
const said: Part = { kind: 'text', text: 'hello' };
const request = (...parts: Part[]): GenerateRequest => ({
  model: 'm',
  system: [],
  turns: [{ role: 'assistant', parts }],
  tools: [],
  toolChoice: { mode: 'auto' },
  limits: {},
  sampling: {},
  choices: 1,
  stream: false,
  ext: {},
});
const body = (...content: object[]) =>
  Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'assistant', content }] }));

const SENT = body(
  { type: 'thinking', thinking: 'hm', signature: 'Foreign+/==' },
  { type: 'redacted_thinking', data: 'EmwKAhgB' },
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } },
);

describe('thoughts that a model has refused', () => {
  it('are left out from then on, and only they', () => {
    const refused = createRefusedThoughts(() => 0);
    const asked = request(thought('Foreign+/=='), said, thought('EmwKAhgB'), thought('own'));
    expect(refused.leaveOut('me', 'claude', asked)).toBe(asked);
    refused.learn('me', 'claude', SENT);
    expect(refused.leaveOut('me', 'claude', asked).turns[0]!.parts).toEqual([said, thought('own')]);
    const clean = request(said, thought('own'));
    expect(refused.leaveOut('me', 'claude', clean)).toBe(clean);
  });

  it('are found in bytes, however the client spaces and escapes them', () => {
    const refused = createRefusedThoughts(() => 0);
    expect(refused.areIn('me', 'claude', SENT)).toBe(false);
    refused.learn('me', 'claude', SENT.toString());
    expect(refused.areIn('me', 'claude', body({ type: 'thinking', signature: 'Foreign+/==' }))).toBe(true);
    expect(refused.areIn('me', 'claude', Buffer.from('{"signature" :\n "Foreign+\\/=="}'))).toBe(true);
    expect(refused.areIn('me', 'claude', body({ type: 'redacted_thinking', data: 'EmwKAhgB' }))).toBe(true);
    expect(refused.areIn('me', 'claude', body({ type: 'thinking', signature: 'own' }))).toBe(false);
    const image = { type: 'image', source: { type: 'base64', data: 'iVBORw0K' } };
    expect(refused.areIn('me', 'claude', body(image))).toBe(false);
    expect(refused.areIn('me', 'claude', Buffer.from('{"data":5,"signature":["Foreign+/=="]}'))).toBe(false);
  });

  it('are another model’s or caller’s own, and forgotten in time', () => {
    let now = 0;
    const refused = createRefusedThoughts(() => now);
    refused.learn('me', 'claude', SENT);
    expect(refused.areIn('you', 'claude', SENT)).toBe(false);
    expect(refused.areIn('me', 'another model', SENT)).toBe(false);
    now = 12 * 60 * 60 * 1000;
    expect(refused.areIn('me', 'claude', SENT)).toBe(false);
  });

  it('are found in the chat dialect, too, and nothing breaks on what is no JSON', () => {
    const refused = createRefusedThoughts(() => 0);
    refused.learn('me', 'claude', '{');
    refused.learn(
      'me',
      'claude',
      '{"messages":[{"reasoning_details":[{"type":"reasoning.encrypted","data":"Enc"},{"type":"reasoning.text","signature":"Sig"}]}]}',
    );
    expect(refused.leaveOut('me', 'claude', request(thought('Enc'), thought('Sig'), said)).turns[0]!.parts).toEqual([
      said,
    ]);
  });
});
