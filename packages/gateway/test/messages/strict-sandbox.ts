/** A sandbox at its strictest: wherever the evidence on what Cortex refuses is divided, it refuses. */
import { createCortexSandbox, type CortexSandbox } from '../../src/sandbox/index.ts';

export function startStrictSandbox(): Promise<CortexSandbox> {
  return createCortexSandbox({ switches: { anthropicVersionRequired: true }, seed: 'strict' });
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
