// Every client on every family of models, feature by feature; docs/compatibility.md is what came of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFeature } from './checks.ts';
import { type Client, lackOf } from './client.ts';
import { CURSOR_BODIES, PACKAGES } from './clients.ts';
import { EMBEDDING_CLIENTS, EMBEDDING_FEATURES, EMBEDDING_MODEL, expectEmbeddings } from './embeddings.ts';
import { FAMILIES, FEATURES, type Family, type Feature } from './features.ts';
import { type Cell, PAGE, type Row, withParts, writeTable } from './page.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const cells = new Map<string, Cell>();

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

describe.each([...PACKAGES, ...CURSOR_BODIES])('$name', (client) => {
  const trials = FAMILIES.flatMap((family) =>
    FEATURES.filter((feature) => lackOf(client, feature, family.name) === undefined).map((feature) => ({
      family,
      feature,
    })),
  );

  test.each(trials)('$family.name: $feature', async ({ family, feature }) => {
    const key = keyOf(client, family.name, feature);
    cells.set(key, { result: 'fails' });
    await expectFeature(feature, { family, world }, (question) =>
      client.ask({ ...question, model: family.model }, world.couloir),
    );
    cells.set(key, cellOf(family, feature));
  });
});

describe.each(EMBEDDING_CLIENTS)('embeddings by $name', (client) => {
  test.each(EMBEDDING_FEATURES)('%s', async (feature) => {
    const key = keyOf(client, EMBEDDING_MODEL, feature);
    cells.set(key, { result: 'fails' });
    await expectEmbeddings(feature, client, world.couloir);
    cells.set(key, { result: 'works' });
  });
});

test('no exchange failed, but the message threads that are refused so that the package sends all', () => {
  const failed = world.couloir.exchanges().filter(({ outcome }) => outcome !== 'ok' && outcome !== 'client-left');
  const reasons = failed.map(({ error }) => JSON.stringify(error));
  expect(reasons.filter((reason) => !reason.includes('"kind":"unsupported"') || !reason.includes('thread'))).toEqual(
    [],
  );
});

test('docs/compatibility.md says what came of this run', async () => {
  const page = withParts({
    packages: writeTable(FEATURES, PACKAGES.flatMap(rowsOf)),
    embeddings: writeTable(EMBEDDING_FEATURES, EMBEDDING_CLIENTS.map(embeddingRowOf)),
    cursor: writeTable(FEATURES, CURSOR_BODIES.flatMap(rowsOf)),
  });
  await expect(page, 'npx vitest run -u compatibility').toMatchFileSnapshot(PAGE);
});

function rowsOf(client: Client): Row[] {
  return FAMILIES.map((family) => {
    const found = FEATURES.map((feature): [Feature, Cell] => {
      const lack = lackOf(client, feature, family.name);
      return [feature, lack === undefined ? cellAt(client, family.name, feature) : { result: 'none', remark: lack }];
    });
    return { client: client.name, models: family.name, cells: Object.fromEntries(found) as Row['cells'] };
  });
}

function embeddingRowOf(client: { name: string }): Row<(typeof EMBEDDING_FEATURES)[number]> {
  const found = EMBEDDING_FEATURES.map((feature) => [feature, cellAt(client, EMBEDDING_MODEL, feature)] as const);
  return {
    client: client.name,
    models: EMBEDDING_MODEL,
    cells: Object.fromEntries(found) as Row<(typeof EMBEDDING_FEATURES)[number]>['cells'],
  };
}

function cellAt(client: { name: string }, models: string, column: string): Cell {
  const cell = cells.get(keyOf(client, models, column));
  if (cell === undefined) throw new Error('Not every cell was tried: run the whole file.');
  return cell;
}

function cellOf({ lacks, remarks }: Family, feature: Feature): Cell {
  const lack = lacks[feature];
  if (lack !== undefined) return { result: 'none', remark: lack };
  const remark = remarks[feature];
  return { result: 'works', ...(remark === undefined ? {} : { remark }) };
}

function keyOf(client: { name: string }, models: string, column: string): string {
  return `${client.name}\n${models}\n${column}`;
}
