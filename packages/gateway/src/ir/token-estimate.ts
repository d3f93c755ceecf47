import { imageTokens } from './image-tokens.ts';
import type { Json } from './json.ts';
import type { GenerateRequest, Part } from './request.ts';

/** UTF-8 bytes of text and JSON per token. Real ones have 3.5 to 4.5 in English and code, so this leans high. */
const BYTES_PER_TOKEN = 3;
/** What surrounds each turn, part and tool. */
const TOKENS_AROUND = 4;

/** How many tokens a prompt will have, leaning high: for clients that ask in advance, since Cortex does not tell. */
export function estimateTokens(request: GenerateRequest): number {
  const parts = [...request.system, ...request.turns.flatMap((turn) => turn.parts)];
  const tools = request.tools.map(({ name, description, schema, freeform }) =>
    around(name, description ?? '', schema ?? '', freeform?.definition ?? ''),
  );
  const format = request.output?.format === 'json' ? around(request.output.schema ?? '') : 0;
  const counts = [...parts.map(tokensOf), ...tools, format, request.turns.length * TOKENS_AROUND];
  return counts.reduce((sum, count) => sum + count, 0);
}

function tokensOf(part: Part): number {
  switch (part.kind) {
    case 'text':
      return around(part.text);
    case 'thinking':
      // A signature is no text to the model; a sealed thought is one, of about its own length.
      return around(part.text, part.seal === undefined || part.seal.form === 'signature' ? '' : part.seal.data);
    case 'tool-call':
      return around(part.name, part.args);
    case 'tool-result':
      return part.parts.reduce((sum, inner) => sum + tokensOf(inner), TOKENS_AROUND);
    case 'media':
      return TOKENS_AROUND + imageTokens('base64' in part.source ? part.source.base64 : undefined);
    case 'opaque':
      return around(part.value);
  }
}

function around(...pieces: Json[]): number {
  const bytes = pieces.reduce<number>((sum, piece) => sum + lengthOf(piece), 0);
  return TOKENS_AROUND + Math.ceil(bytes / BYTES_PER_TOKEN);
}

function lengthOf(piece: Json): number {
  const text = typeof piece === 'string' ? piece : JSON.stringify(piece);
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes;
}
