import type { Span } from '../kit/json-scan.ts';

/** What a picture counts, rather more than less. */
const TOKENS_PER_FILE = 1_600;
const BYTES_PER_TOKEN = 4;
/** What stands in front of the data of a picture or document: a field of this name, or the beginning of a URL. */
const DATA_FIELD = /"data"\s*:\s*$/;
const DATA_URL = /^"data:[^,"]*;base64,/;
/** Longer than the names of media types and what they carry. */
const MOST_BEFORE_DATA = 128;

/**
 * Roughly how many tokens a request body counts, from its bytes alone: for routing and pacing, which need no more.
 * @param longStrings where files may be: see `outlineObject`
 */
export function promptSize(body: Buffer, longStrings: readonly Span[]): number {
  let bytes = body.length;
  let files = 0;
  for (const [start, end] of longStrings) {
    if (!isFile(body, start)) continue;
    bytes -= end - start;
    files += 1;
  }
  return Math.ceil(bytes / BYTES_PER_TOKEN) + files * TOKENS_PER_FILE;
}

function isFile(body: Buffer, start: number): boolean {
  const before = body.toString('latin1', Math.max(0, start - '"data" : '.length), start);
  return DATA_FIELD.test(before) || DATA_URL.test(body.toString('latin1', start, start + MOST_BEFORE_DATA));
}
