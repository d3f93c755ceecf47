/** A data URL with base64 (RFC 2397): the only inline form that models take. */
const DATA_URL = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i;
/** Where the data begins at the latest: the pattern is not run over megabytes. */
const LONGEST_HEAD = 200;

/** The file inside the URL, its type in lower case; undefined for any other URL. */
export function readBase64Url(url: string): { mime: string; base64: string } | undefined {
  const match = DATA_URL.exec(url.slice(0, LONGEST_HEAD));
  return match === null ? undefined : { mime: match[1]!.toLowerCase(), base64: url.slice(match[0].length) };
}
