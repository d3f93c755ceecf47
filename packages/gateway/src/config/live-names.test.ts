import { expect, it } from 'vitest';
import { offlineDeployment } from '../../test/support/offline-deployment.ts';
import { DEFAULTS } from './defaults.ts';
import { type Draft, emptyDraft } from './draft.ts';
import { liveAliases, liveFallbacks } from './live-names.ts';

const serving = (names: string[], aliases: Draft['aliases'] = {}): Draft => ({
  ...emptyDraft(),
  aliases,
  deployments: names.map((modelName) => ({
    settings: { ...offlineDeployment('llama3.1-8b'), modelName },
    path: 'models',
  })),
});
const to = (model: string) => ({ model, hidden: false });

it('aliases of what is served stay, by name and by pattern; the others are told with what was meant', () => {
  const draft = serving(['claude', 'eu/*'], { best: to('claude'), far: to('eu/llama'), typo: to('cluade') });
  expect(Object.keys(liveAliases(draft))).toEqual(['best', 'far']);
  expect(draft.notes).toEqual([
    {
      severity: 'warning',
      path: 'aliases.typo',
      message: 'points to "cluade", which is not served (did you mean "claude"?). The alias is left out.',
    },
  ]);
});

it('fallbacks may name models, aliases and what a pattern matches, in every table', () => {
  const draft = serving(['claude', 'eu/*'], { best: to('claude') });
  const routing = {
    ...DEFAULTS.routing,
    fallbacks: { claude: ['best', 'eu/llama', 'nobody'] },
    contextWindowFallbacks: { claude: ['nobody'] },
    contentPolicyFallbacks: { claude: ['eu/llama'] },
    defaultFallbacks: ['nobody', 'claude'],
  };
  expect(liveFallbacks(draft, routing)).toMatchObject({
    fallbacks: { claude: ['best', 'eu/llama'] },
    contextWindowFallbacks: { claude: [] },
    contentPolicyFallbacks: { claude: ['eu/llama'] },
    defaultFallbacks: ['claude'],
  });
  expect(draft.notes.map(({ path }) => path)).toEqual([
    'fallbacks.claude',
    'context_window_fallbacks.claude',
    'default_fallbacks',
  ]);
});

it('fallbacks of what nobody serves are told, but patterns match whatever comes', () => {
  const draft = serving(['claude'], { best: to('claude') });
  const fallbacks = { best: ['claude'], '*': ['claude'], cluade: ['claude'] };
  expect(liveFallbacks(draft, { ...DEFAULTS.routing, fallbacks }).fallbacks).toEqual(fallbacks);
  expect(draft.notes).toMatchObject([
    { path: 'fallbacks.cluade', message: expect.stringContaining('did you mean "claude"?). It has no effect.') },
  ]);
});
