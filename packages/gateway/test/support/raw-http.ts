import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** An HTTP exchange with every byte in the test's hand. */
export interface RawCall {
  request: ClientRequest;
  response: Promise<IncomingMessage>;
}

export function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): RawCall {
  const call = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve);
    call.on('error', reject);
  });
  response.catch(() => undefined);
  call.end(body);
  return { request: call, response };
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return text;
}
