import { expect, it } from 'vitest';
import { CASES } from './cases.ts';
import { bodyOf } from './prompts.ts';

const LEAST = { '2kb': 1_800, '200kb': 180_000, '1mb': 900_000 };
const MOST = { '2kb': 2_600, '200kb': 220_000, '1mb': 1_100_000 };

it.each(CASES)('the prompt of $name is JSON of the size its name says', (bench) => {
  const bytes = bodyOf(bench, 'openai/');
  expect(bytes.length).toBeGreaterThan(LEAST[bench.size]);
  expect(bytes.length).toBeLessThan(MOST[bench.size]);
  expect(JSON.parse(bytes.toString('utf8'))).toMatchObject({
    model: `openai/${bench.lane.model}`,
    stream: bench.mode === 'bulk' || bench.mode === 'paced',
  });
});
