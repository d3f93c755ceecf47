import { GatewayError } from '../../errors/error.ts';

/**
 * The token as a header carries it.
 * @param whence names the place it comes from, for the message: `The token`, `The file /run/token`
 * @param kind of the error: `upstream-refused-us` for a token that came over the network
 * @throws GatewayError when it cannot be one: empty, line breaks, quotes
 */
export function checkTokenText(
  text: string,
  whence: string,
  kind: 'invalid-request' | 'upstream-refused-us' = 'invalid-request',
): string {
  if (text === '') throw new GatewayError(kind, `${whence} is empty. Put the secret there that you were given.`);
  if (/^[\x21-\x7e]+$/.test(text) && !text.includes('"')) return text;
  throw new GatewayError(
    kind,
    `${whence} holds spaces, line breaks or characters that no HTTP header may carry. Copy it again, without quotes.`,
  );
}
