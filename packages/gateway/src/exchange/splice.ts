import type { JsonObject } from '../ir/json.ts';
import type { Spans } from '../kit/json-span.ts';

/** Replaces the values of top-level `fields` in the bytes, and adds `defaults` that the body does not have, touching nothing else. */
export function spliceFields(body: Buffer, spans: Spans, fields: JsonObject, defaults: JsonObject): Buffer {
  const edits = Object.entries(fields).flatMap(([key, value]) => {
    const span = spans.get(key);
    return span === undefined ? [] : [{ start: span[0], end: span[1], text: JSON.stringify(value) }];
  });
  const added = Object.entries({ ...defaults, ...fields })
    .filter(([key]) => !spans.has(key))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`)
    .join('');
  const open = body.indexOf(0x7b) + 1;
  if (added !== '') edits.push({ start: open, end: open, text: spans.size === 0 ? added.slice(0, -1) : added });
  if (edits.length === 0) return body;
  edits.sort((a, b) => a.start - b.start);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    pieces.push(body.subarray(at, start), Buffer.from(text));
    at = end;
  }
  pieces.push(body.subarray(at));
  return Buffer.concat(pieces);
}
