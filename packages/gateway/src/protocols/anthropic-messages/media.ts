import { UNSEEN_IMAGE } from '../../ir/history-images.ts';
import { GatewayError } from '../../errors/error.ts';
import type { Note } from '../../ir/note.ts';
import type { MediaPart } from '../../ir/request.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import type { WireImageBlock, WireTextBlock } from './wire.ts';

/** What a block may say depends on the model and on the request around it. */
export interface BlockContext {
  model: string;
  vision: boolean;
  /** Images may be links. */
  imageUrls: boolean;
  notes: Note[];
}

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/**
 * An image as a block; a text file as its text. A model without eyes gets a line that says what is
 * missing, and the client a note.
 * @throws GatewayError `unsupported` for other files, `invalid-request` for a link where none is taken
 */
export function writeMedia(part: MediaPart, path: string, context: BlockContext): WireImageBlock | WireTextBlock {
  const mime = part.mime.toLowerCase().replace('image/jpg', 'image/jpeg');
  const { source } = part;
  if ('url' in source && !context.imageUrls) {
    const message = `The image ${shorten(source.url)} is a link, and Cortex takes images only inside the request. Send it as base64 data.`;
    throw new GatewayError('invalid-request', message, { param: path });
  }
  if ('base64' in source) {
    if (mime.startsWith('text/') || mime === 'application/json') return writeTextFile(part, source.base64, path);
    if (!IMAGE_TYPES.has(mime)) throw refuse(part, mime, path);
  }
  if (!context.vision) {
    const because = `the model ${context.model} cannot see images`;
    context.notes.push({ code: 'dropped', path, because });
    return { type: 'text', text: UNSEEN_IMAGE, ...cacheControl(part.cache) };
  }
  return {
    type: 'image',
    source:
      'url' in source ? { type: 'url', url: source.url } : { type: 'base64', media_type: mime, data: source.base64 },
    ...cacheControl(part.cache),
  };
}

function writeTextFile(part: MediaPart, base64: string, path: string): WireTextBlock {
  let text: string;
  try {
    text = new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
  } catch (cause) {
    throw new GatewayError('invalid-request', `The file at ${path} is not valid base64.`, { param: path, cause });
  }
  const heading = part.name === undefined ? '' : `File ${part.name}:\n\n`;
  return { type: 'text', text: heading + (text.trim() === '' ? '(empty file)' : text), ...cacheControl(part.cache) };
}

/** Cortex answers document blocks with 401, as if the credential were wrong: docs/cortex-quirks.md#document-401 */
function refuse(part: MediaPart, mime: string, path: string): GatewayError {
  const what = part.name === undefined ? `A file of type ${mime}` : `The file ${part.name} (${mime})`;
  const message = `${what} cannot be sent: Cortex takes images of type jpeg, png, gif and webp and no documents. Send the file's text instead.`;
  return new GatewayError('unsupported', message, { param: path });
}

function shorten(url: string): string {
  return url.length > 120 ? `${url.slice(0, 120)}…` : url;
}
