/** The body of an embedding request. */
import { GatewayError } from '../../errors/error.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { invalid, optionalNumber, optionalString, optionalWord, requiredString, unknownFields } from '../validate.ts';
import type { EmbeddingFormat } from './wire.ts';

/** As at OpenAI. */
const MOST_TEXTS = 2_048;
const FIELDS = new Set(['model', 'input', 'encoding_format', 'dimensions', 'user']);

interface EmbeddingRequest {
  /** As the client asked. */
  model: string;
  texts: string[];
  /** `base64` is what OpenAI's own SDK asks for, unasked. */
  format: EmbeddingFormat;
  /** To be checked with `requireNativeSize` when the model is known. */
  dimensions?: number;
  notes: Note[];
}

/** @throws GatewayError `invalid-request` or `unsupported`, naming the field */
export function readEmbeddingRequest(body: JsonObject): EmbeddingRequest {
  const notes: Note[] = [];
  const dimensions = optionalNumber(body.dimensions, 'dimensions', { least: 1, whole: true });
  if (optionalString(body.user, 'user') !== undefined) {
    const because = 'Cortex has no field for the end user of an embedding';
    notes.push({ code: 'dropped', path: 'user', because, harmless: true });
  }
  for (const path of Object.keys(unknownFields(body, FIELDS) ?? {})) {
    notes.push({ code: 'dropped', path, because: 'it is no field of OpenAI embeddings, and Cortex has none like it' });
  }
  return {
    model: requiredString(body.model, 'model'),
    texts: readTexts(body.input),
    format: optionalWord(body.encoding_format, 'encoding_format', ['float', 'base64'] as const) ?? 'float',
    ...(dimensions === undefined ? {} : { dimensions }),
    notes,
  };
}

/**
 * Refuses vectors of another size than the model's own: cutting them would need a model that was trained for it.
 * @param native how many numbers a vector of this model has
 * @throws GatewayError `unsupported`
 */
export function requireNativeSize({ model, dimensions }: EmbeddingRequest, native: number): void {
  if (dimensions === undefined || dimensions === native) return;
  throw new GatewayError(
    'unsupported',
    `"dimensions" must be ${native} or left out: ${model} gives vectors of that size only.`,
    { param: 'dimensions' },
  );
}

function readTexts(input: Json | undefined): string[] {
  if (typeof input === 'string') return [readText(input, 'input')];
  if (!Array.isArray(input)) throw invalid('input', 'must be a string or an array of strings');
  if (input.length === 0) throw invalid('input', 'must hold at least one text');
  if (typeof input[0] === 'number' || Array.isArray(input[0])) throw tokensRefused();
  if (input.length > MOST_TEXTS) throw invalid('input', `must hold at most ${MOST_TEXTS} texts`);
  return input.map((text, index) => readText(text, `input[${index}]`));
}

function readText(value: Json, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(path, 'must be a non-empty string');
}

function tokensRefused(): GatewayError {
  return new GatewayError(
    'unsupported',
    '"input" is an array of token ids, which mean something to one tokenizer only. Send the text itself (in LangChain: check_embedding_ctx_length=False).',
    { param: 'input' },
  );
}
