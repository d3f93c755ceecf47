import { GatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { refuseDoubledFields } from '../kit/json-fields.ts';
import { outlineObject } from '../kit/json-span.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { fetchRemoteImages, inlineInChatBody, inlineInRequest } from './remote-images.ts';

/** A request that was parsed because its lane cannot keep the bytes: the body as it came, and what it means. */
export interface ClientRequest {
  /** As it came and with what it refers to: for what the answer echoes. */
  asked: JsonObject;
  /** With all that it refers to put in. */
  body: JsonObject;
  request: GenerateRequest;
  notes: Note[];
}

/**
 * Parses and validates the body for an attempt, with the deployment's defaults in it.
 * @param deployment whose defaults are put in for what the client left out, and who may need images inside the request
 * @param variant what the ending of the model name asks for, over the defaults
 * @param prompt which of the prompts of a body that holds several
 * @throws GatewayError `invalid-request` naming the field
 */
export async function readClientRequest(
  x: Exchange,
  { defaults, capabilities }: Pick<Deployment, 'defaults' | 'capabilities'>,
  variant: JsonObject,
  prompt: number,
  { fetchImage, responses }: Pick<ExchangeDeps, 'fetchImage' | 'responses'>,
): Promise<ClientRequest> {
  const inPath = x.modelInPath === undefined ? {} : { model: x.modelInPath };
  const whole = { ...defaults, ...variant, ...parseBody(x.body!, x.head!.fieldCount), ...inPath };
  const own = x.dialect.split?.(whole)[prompt] ?? whole;
  const body = (await x.dialect.history?.recall(own, x.caller!.id, responses)) ?? own;
  const { request, notes } = x.dialect.codec.readRequest(body);
  const images =
    capabilities.imageUrls === true ? new Map() : await fetchRemoteImages(request, x.images, fetchImage, x.signal);
  return {
    asked: { ...own, ...body },
    body: inlineInChatBody(body, images),
    request: inlineInRequest(request, images),
    notes,
  };
}

/**
 * @param fieldCount what the outline of these bytes says, where it is known
 * @throws GatewayError `invalid-request`, also for a field that stands twice, at any depth
 */
export function parseBody(bytes: Buffer, fieldCount = outlineObject(bytes).fieldCount): JsonObject {
  const body = parse(bytes);
  if (!isObject(body)) throw new GatewayError('invalid-request', 'The body must be a JSON object.');
  refuseDoubledFields(bytes, fieldCount, body);
  return body;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const what = cause instanceof Error ? withoutQuote(cause.message) : 'it does not parse';
    throw new GatewayError('invalid-request', `The body is not valid JSON: ${what}.`);
  }
}

/** V8 quotes the text around some mistakes. Error texts go into the log and the records, prompts do not. */
function withoutQuote(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, '');
}

/** An upstream's unary answer. @throws GatewayError `upstream-broken` when it is not a JSON object */
export function parseAnswer(bytes: Buffer, origin: string): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(body)) return body;
  } catch {
    // Said below, for broken JSON and for JSON of another kind.
  }
  throw notAnObject(origin);
}

/** An upstream that answered with an event stream nobody asked for, or with no JSON at all. */
export function notAnObject(origin: string): GatewayError {
  return new GatewayError(
    'upstream-broken',
    `${origin} answered with something that is not a JSON object. Try again.`,
    { retry: 'same' },
  );
}
