import type { JsonObject } from '../ir/json.ts';
import { GatewayError } from '../errors/error.ts';
import { readShort } from '../kit/json-scan.ts';
import { type ObjectOutline, outlineObject, type Spans } from '../kit/json-span.ts';
import { JsonView } from '../kit/json-view.ts';
import { MOST_CHOICES } from '../ir/request.ts';

/** What routing needs to know of a body, read without parsing the rest of it. */
export interface RequestHead extends ObjectOutline {
  /** As the client asked. */
  model: string;
  stream: boolean;
  /** How many answers (`n`). */
  choices: number;
  includeUsage: boolean;
  /** Body fields that the model name's suffix stands for (`-high`), where the client sent none. */
  variant: JsonObject;
}

interface PeekOptions {
  /** The dialect asks for several answers with `n`. */
  manyChoices: boolean;
  /** The model that the path names, which wins over the body's. */
  modelInPath: string | undefined;
}

/** @throws GatewayError `invalid-request` when the body is not a JSON object or a routing field has the wrong type. */
export function peek(body: Buffer, { manyChoices, modelInPath }: PeekOptions): RequestHead {
  const outline = outlineObject(body);
  const { spans } = outline;
  const model = modelInPath ?? read(body, spans, 'model');
  if (model === undefined || model === null) {
    throw new GatewayError('invalid-request', 'The body has no "model". Name one of those that GET /v1/models lists.', {
      param: 'model',
    });
  }
  if (typeof model !== 'string' || model === '') {
    throw new GatewayError('invalid-request', '"model" must be a non-empty string.', { param: 'model' });
  }
  const stream = read(body, spans, 'stream') ?? false;
  if (typeof stream !== 'boolean') {
    throw new GatewayError('invalid-request', '"stream" must be true or false.', { param: 'stream' });
  }
  const choices = manyChoices ? (read(body, spans, 'n') ?? 1) : 1;
  if (typeof choices !== 'number' || !Number.isInteger(choices) || choices < 1 || choices > MOST_CHOICES) {
    throw new GatewayError('invalid-request', `"n" must be a whole number from 1 to ${MOST_CHOICES}.`, { param: 'n' });
  }
  const streamOptions = read(body, spans, 'stream_options');
  const includeUsage =
    typeof streamOptions === 'object' &&
    streamOptions !== null &&
    'include_usage' in streamOptions &&
    streamOptions.include_usage === true;
  return { ...outline, model, stream, choices, includeUsage, variant: {} };
}

function read(body: Buffer, spans: Spans, key: string): unknown {
  const span = spans.get(key);
  if (span === undefined) return undefined;
  // The bytes may travel on as they are: whoever reads them next must find the same.
  new JsonView(body, span[0], span[1]).keys();
  try {
    return JSON.parse(readShort(body, span[0], span[1]) ?? body.toString('utf8', span[0], span[1]));
  } catch {
    throw new GatewayError('invalid-request', `The value of "${key}" is not valid JSON.`, { param: key });
  }
}
