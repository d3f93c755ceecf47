import { createCortexSandbox, type CortexSandbox, type Switches } from '../../src/sandbox/index.ts';
import { STRICTEST } from '../support/strictest.ts';

export function startStrictSandbox(milder: Partial<Switches> = {}): Promise<CortexSandbox> {
  return createCortexSandbox({ switches: { ...STRICTEST, ...milder }, seed: 'strict' });
}

/** Status and text of the answer to these very bytes. */
export async function askBytes(
  sandbox: CortexSandbox,
  body: Buffer | string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${sandbox.url}/api/v2/cortex/v1/messages`, {
    method: 'POST',
    headers: { ...headers, authorization: 'Bearer sandbox-token', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, text: await response.text() };
}
