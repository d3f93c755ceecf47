import { GatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
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
 * @param defaults fields of the deployment for what the client left out
 * @param prompt which of the prompts of a body that holds several
 * @throws GatewayError `invalid-request` naming the field
 */
export async function readClientRequest(
  x: Exchange,
  defaults: JsonObject,
  prompt: number,
  { fetchImage, responses }: Pick<ExchangeDeps, 'fetchImage' | 'responses'>,
): Promise<ClientRequest> {
  const inPath = x.modelInPath === undefined ? {} : { model: x.modelInPath };
  const whole = { ...defaults, ...parseBody(x.body!), ...inPath };
  const own = x.dialect.split?.(whole)[prompt] ?? whole;
  const body = (await x.dialect.history?.recall(own, x.caller!.id, responses)) ?? own;
  const { request, notes } = x.dialect.codec.readRequest(body);
  const images = await fetchRemoteImages(request, x.images, fetchImage, x.signal);
  return {
    asked: { ...own, ...body },
    body: inlineInChatBody(body, images),
    request: inlineInRequest(request, images),
    notes,
  };
}

/** @throws GatewayError `invalid-request` */
export function parseBody(bytes: Buffer): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(body)) return body;
  } catch (cause) {
    throw new GatewayError(
      'invalid-request',
      `The body is not valid JSON: ${cause instanceof Error ? cause.message : 'it does not parse'}.`,
      { cause },
    );
  }
  throw new GatewayError('invalid-request', 'The body must be a JSON object.');
}

/** An upstream's unary answer. @throws GatewayError `upstream-broken` when it is not a JSON object */
export function parseAnswer(bytes: Buffer, origin: string): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(body)) return body;
  } catch {
    // Said below, for broken JSON and for JSON of another kind.
  }
  throw new GatewayError('upstream-broken', `${origin} answered with something that is not a JSON object. Try again.`, {
    retry: 'same',
  });
}
