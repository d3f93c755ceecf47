import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from './secret.ts';

it('a secret shows itself to nobody who does not call reveal', () => {
  const secret = new Secret('pat-123');
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
  ].join(' ');
  expect(shown).not.toContain('pat-123');
  expect(secret.reveal()).toBe('pat-123');
});
