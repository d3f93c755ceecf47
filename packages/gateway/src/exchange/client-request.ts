import { GatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import type { FetchImage } from '../upstream/remote-media.ts';
import type { Exchange } from './exchange.ts';
import { fetchRemoteImages, inlineInChatBody, inlineInRequest } from './remote-images.ts';

/** A request that was parsed because its lane cannot keep the bytes: the body as it came, and what it means. */
export interface ClientRequest {
  body: JsonObject;
  request: GenerateRequest;
  notes: Note[];
}

/**
 * Parses and validates the body once for all attempts.
 * @param defaults fields of the deployment for what the client left out
 * @throws GatewayError `invalid-request` naming the field
 */
export async function readClientRequest(
  x: Exchange,
  defaults: JsonObject,
  fetchImage: FetchImage,
): Promise<ClientRequest> {
  const body = { ...defaults, ...parseBody(x.body!) };
  const { request, notes } = x.dialect.codec.readRequest(body);
  const images = await fetchRemoteImages(request, fetchImage, x.signal);
  return { body: inlineInChatBody(body, images), request: inlineInRequest(request, images), notes };
}

function parseBody(bytes: Buffer): JsonObject {
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
