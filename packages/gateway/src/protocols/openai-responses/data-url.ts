/** Files inside the request: `data:` URLs (RFC 2397). */
import { invalid } from '../validate.ts';
import { decodeBase64 } from './base64.ts';

interface InlineFile {
  /** In lower case, without parameters. */
  mime: string;
  data: string;
  /** Else `data` is percent-encoded. */
  isBase64: boolean;
}

const DATA_URL = /^data:([^;,]+)((?:;[^;,]+)*),/i;
/** Where the data begins at the latest: the patterns are not run over megabytes. */
const LONGEST_HEAD = 200;

/** Types of text that do not begin with `text/`. */
const TEXT_TYPES =
  /^application\/(?:json|jsonl|x-ndjson|xml|yaml|x-yaml|toml|javascript|typescript|x-sh|sql)$|\+(?:json|xml|yaml)$/;

/** @throws GatewayError `invalid-request` saying that the field must be `form` */
export function readDataUrl(url: string, path: string, form: string): InlineFile {
  const match = DATA_URL.exec(url.slice(0, LONGEST_HEAD));
  const data = match === null ? '' : url.slice(match[0].length);
  if (match === null || data === '') throw invalid(path, `must be ${form}`);
  return { mime: match[1]!.toLowerCase(), data, isBase64: /;base64$/i.test(match[2]!) };
}

export function isText({ mime }: InlineFile): boolean {
  return mime.startsWith('text/') || TEXT_TYPES.test(mime);
}

/** A file's words under its name. @throws GatewayError `invalid-request` when the data is not what the URL says */
export function tellFile(file: InlineFile, name: string | undefined, path: string): string {
  const text = decode(file, path);
  const heading = name === undefined ? '' : `File ${name}:\n\n`;
  return heading + (text.trim() === '' ? '(empty file)' : text);
}

function decode({ data, isBase64 }: InlineFile, path: string): string {
  try {
    if (!isBase64) return decodeURIComponent(data);
    return new TextDecoder().decode(decodeBase64(data));
  } catch {
    throw invalid(path, isBase64 ? 'must hold its file as valid base64' : 'must hold its file percent-encoded');
  }
}
