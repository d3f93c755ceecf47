import type { JsonObject } from '../ir/json.ts';
import { isObject } from '../ir/json.ts';
import type { GenerateRequest, Part } from '../ir/request.ts';
import type { FetchImage, InlineImage } from '../upstream/remote-media.ts';

/** What was fetched or is being fetched for a request, for all its attempts and choices. */
export type ImageFetches = Map<string, Promise<InlineImage>>;

/** Images by the URL the client gave. */
export type FetchedImages = ReadonlyMap<string, InlineImage>;

/**
 * For deployments that take images only inside the request, as Cortex does (docs/cortex-quirks.md#image-urls): fetches
 * every remote one, each once for all attempts.
 */
export async function fetchRemoteImages(
  request: GenerateRequest,
  fetches: ImageFetches,
  fetchImage: FetchImage,
  signal: AbortSignal,
): Promise<FetchedImages> {
  const urls = new Set<string>();
  for (const { parts } of request.turns) collectUrls(parts, urls);
  return new Map(
    await Promise.all(
      Array.from(urls, async (url) => {
        const image = fetches.get(url) ?? fetchImage(url, signal);
        fetches.set(url, image);
        return [url, await image] as const;
      }),
    ),
  );
}

function collectUrls(parts: Part[], urls: Set<string>): void {
  for (const part of parts) {
    if (part.kind === 'tool-result') collectUrls(part.parts, urls);
    else if (part.kind === 'media' && 'url' in part.source) urls.add(part.source.url);
  }
}

/** The IR request with remote images replaced by their bytes. */
export function inlineInRequest(request: GenerateRequest, images: FetchedImages): GenerateRequest {
  if (images.size === 0) return request;
  return {
    ...request,
    turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.map((part) => inlinePart(part, images)) })),
  };
}

function inlinePart(part: Part, images: FetchedImages): Part {
  if (part.kind === 'tool-result') return { ...part, parts: part.parts.map((inner) => inlinePart(inner, images)) };
  if (part.kind !== 'media' || !('url' in part.source)) return part;
  const image = images.get(part.source.url);
  return image === undefined ? part : { ...part, mime: image.mime, source: { base64: image.base64 } };
}

/** A chat completions body with remote images replaced by data URLs; everything else is kept. */
export function inlineInChatBody(body: JsonObject, images: FetchedImages): JsonObject {
  if (images.size === 0 || !Array.isArray(body.messages)) return body;
  const messages = body.messages.map((message) => {
    if (!isObject(message) || !Array.isArray(message.content)) return message;
    const content = message.content.map((part) => (isObject(part) ? inlineInPart(part, images) : part));
    return { ...message, content };
  });
  return { ...body, messages };
}

/** OpenAI's form, where the URL is a field of an object, and the one of Responses, where it is the value itself. */
function inlineInPart(part: JsonObject, images: FetchedImages): JsonObject {
  const { image_url: image } = part;
  const url = isObject(image) ? image.url : image;
  const fetched = typeof url === 'string' ? images.get(url) : undefined;
  if (fetched === undefined) return part;
  const data = `data:${fetched.mime};base64,${fetched.base64}`;
  return { ...part, image_url: isObject(image) ? { ...image, url: data } : data };
}
