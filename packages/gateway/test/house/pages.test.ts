// Pages that must say what the code does, compared both ways.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../src/config/couloir/schema.ts';
import { ERRORS } from '../../src/errors/table.ts';
import { listFiles, readText } from './repository.ts';

test('docs/errors.md lists every kind of error as the table has it, and no other', async () => {
  const page = (await readText('docs/errors.md')) ?? '';
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \|(.+)\|$/gm)].map(([, kind = '', cells = '']) => [
    kind,
    cells.split('|').map((cell) => cell.trim()),
  ]);
  const wanted = Object.entries(ERRORS).map(([kind, row]) => [
    kind,
    [
      row.status === 499 ? '499 (log only)' : String(row.status),
      row.blame,
      row.clientMayRetry ? 'yes' : 'no',
      row.openai.code === null ? `\`${row.openai.type}\`` : `\`${row.openai.type}\` / \`${row.openai.code}\``,
      `\`${row.anthropic}\``,
    ],
  ]);
  expect(listed).toEqual(wanted);
});

test('docs/errors.md explains every kind of error', async () => {
  const page = (await readText('docs/errors.md')) ?? '';
  expect([...page.matchAll(/^### ([a-z-]+)$/gm)].map(([, kind]) => kind)).toEqual(Object.keys(ERRORS));
});

test('docs/configuration.md lists every key of our configuration file, and no other', async () => {
  const page = (await readText('docs/configuration.md')) ?? '';
  const listed = [...page.matchAll(/^\| `([a-z_.*[\]]+)` \|/gm)].map(([, key]) => key);
  expect(listed).toEqual(leafKeys(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' })));
});

test('every quirk that code cites is on docs/cortex-quirks.md, and every quirk there is cited', async () => {
  const page = (await readText('docs/cortex-quirks.md')) ?? '';
  const described = [...page.matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, anchor]) => anchor ?? '');
  const cited = new Map<string, string>();
  for (const { path, text } of await readSources()) {
    // One citation may name several: `docs/cortex-quirks.md#one, #two and #three`.
    for (const [citation] of text.matchAll(/cortex-quirks\.md#[a-z0-9-]+(?:(?:,| and|, and) #[a-z0-9-]+)*/g)) {
      for (const [, anchor = ''] of citation.matchAll(/#([a-z0-9-]+)/g)) cited.set(anchor, path);
    }
  }
  const unknown = [...cited].filter(([anchor]) => !described.includes(anchor));
  expect.soft(unknown, 'cited, but not described').toEqual([]);
  expect
    .soft(
      described.filter((anchor) => !cited.has(anchor)),
      'described, but cited nowhere',
    )
    .toEqual([]);
  expect(new Set(described).size, 'each heading is one anchor').toBe(described.length);
});

test('every page that code cites exists, with the heading it cites', async () => {
  const broken: string[] = [];
  for (const { path, text } of await readSources()) {
    for (const [citation, page = '', anchor] of text.matchAll(/\b(docs\/[\w/-]+\.md)(?:#([a-z0-9-]+))?/g)) {
      const cited = await readText(page);
      if (cited === undefined || (anchor !== undefined && !headings(cited).includes(anchor)))
        broken.push(`${path} -> ${citation}`);
    }
  }
  expect(broken).toEqual([]);
});

test('every relative link between pages leads somewhere', async () => {
  const paths = (await listFiles())?.filter((path) => path.endsWith('.md') && !path.startsWith('fixtures/')) ?? [];
  const broken: string[] = [];
  for (const path of paths) {
    const page = (await readText(path)) ?? '';
    for (const [, target = ''] of page.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : new URL(file, `file:///${path}`).pathname.slice(1);
      const text = await readText(linked).catch(() => '');
      if (text === undefined || (anchor !== undefined && !headings(text).includes(anchor)))
        broken.push(`${path} -> ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

interface SchemaNode {
  properties?: Record<string, SchemaNode | boolean> | undefined;
  additionalProperties?: SchemaNode | boolean | undefined;
  items?: SchemaNode | boolean | (SchemaNode | boolean)[] | undefined;
  anyOf?: (SchemaNode | boolean)[] | undefined;
}

/** `accounts.*.token`, `models[].name`: every place of a JSON Schema where a value that is no mapping may stand. */
function leafKeys(node: SchemaNode | boolean, path = ''): string[] {
  if (typeof node === 'boolean') return [];
  const inner = [
    ...Object.entries(node.properties ?? {}).flatMap(([key, value]) =>
      leafKeys(value, path === '' ? key : `${path}.${key}`),
    ),
    ...[node.additionalProperties ?? []].flat().flatMap((value) => leafKeys(value, `${path}.*`)),
    ...[node.items ?? []].flat().flatMap((value) => leafKeys(value, `${path}[]`)),
    ...(node.anyOf ?? []).flatMap((value) => leafKeys(value, path)),
  ];
  return inner.length === 0 ? [path] : [...new Set(inner)];
}

async function readSources(): Promise<{ path: string; text: string }[]> {
  const paths = (await listFiles()) ?? [];
  const sources = paths.filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'));
  return Promise.all(sources.map(async (path) => ({ path, text: (await readText(path)) ?? '' })));
}

/** Heading anchors as GitHub makes them. */
function headings(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
