import type { RunningCouloir } from '../support/couloir.ts';

/** Sends one chat completion. @returns the id that the gateway knows it by */
export async function chat(
  { url, key }: Pick<RunningCouloir, 'url' | 'key'>,
  content: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-4-6', messages: [{ role: 'user', content }], ...more }),
  });
  await answer.text();
  return answer.headers.get('x-couloir-request-id') ?? '';
}
