import { UNSEEN_IMAGE } from '../../ir/history-images.ts';
import { GatewayError } from '../../errors/error.ts';
import type { Note } from '../../ir/note.ts';
import type { MediaPart } from '../../ir/request.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import type { WireImage } from './wire.ts';

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/heic', 'image/heif']);

/** What a message may show depends on the model. */
export interface MediaContext {
  model: string;
  vision: boolean;
  notes: Note[];
}

/**
 * An image as an item of `content_list`; a text file as its text. A model without eyes gets a line that
 * says what is missing, and the client a note.
 * @throws GatewayError `unsupported` for other files, `invalid-request` for an image that is still a URL
 */
export function writeMedia(part: MediaPart, path: string, { model, vision, notes }: MediaContext): WireImage | string {
  const mime = part.mime.toLowerCase().replace('image/jpg', 'image/jpeg');
  if ('url' in part.source) {
    const message =
      'An image of the conversation is a link, and Cortex takes images only inside the request. Send it as base64 data.';
    throw new GatewayError('invalid-request', message, { param: path });
  }
  if (mime.startsWith('text/') || mime === 'application/json') return textOfFile(part, part.source.base64, path);
  if (!IMAGE_TYPES.has(mime)) {
    const what = part.name === undefined ? `A file of type ${mime}` : `The file ${part.name} (${mime})`;
    const message = `${what} cannot be sent: Cortex takes images of type jpeg, png, gif, webp and heic and no documents. Send the file's text instead.`;
    throw new GatewayError('unsupported', message, { param: path });
  }
  if (!vision) {
    notes.push({ code: 'dropped', path, because: `the model ${model} cannot see images` });
    return UNSEEN_IMAGE;
  }
  const detail = part.ext?.['openai-chat']?.detail;
  return {
    type: 'image',
    details: {
      type: 'base64',
      content: part.source.base64,
      content_type: mime,
      ...(detail === 'low' || detail === 'high' ? { detail } : {}),
    },
    ...cacheControl(part.cache),
  };
}

function textOfFile(part: MediaPart, base64: string, path: string): string {
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
    return `${part.name === undefined ? '' : `File ${part.name}:\n\n`}${text.trim() === '' ? '(empty file)' : text}`;
  } catch (cause) {
    throw new GatewayError('invalid-request', `The file at ${path} is not valid base64.`, { param: path, cause });
  }
}
