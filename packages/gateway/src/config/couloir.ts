import { DeploymentReader } from './couloir/deployments.ts';
import { readGlobals } from './couloir/globals.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import type { ConfigDocument } from './document.ts';
import { pathText } from './document.ts';
import type { Draft } from './draft.ts';
import { emptyDraft } from './draft.ts';
import type { Interpolated } from './interpolate.ts';
import { interpolate, unsetText } from './interpolate.ts';
import { readTraffic } from './couloir/routing.ts';
import { schemaProblems } from './couloir/schema-problems.ts';
import { configSchema } from './couloir/schema.ts';
import type { Surroundings } from './surroundings.ts';

/** Our own file as a Draft. */
export function readCouloirConfig(document: ConfigDocument, world: Surroundings, cortex: CortexKnowledge): Draft {
  const draft = emptyDraft();
  const interpolated = interpolate(document.root, world.environment, 'couloir');
  const parsed = configSchema.safeParse(interpolated.root);
  if (!parsed.success) {
    const unset = interpolated.unset.map(({ path }) => pathText(path));
    draft.problems.push(
      ...unsetOutside(document, interpolated, []),
      ...schemaProblems(document, interpolated.root, parsed.error.issues).filter(({ path }) => !unset.includes(path)),
    );
    return draft;
  }
  // An unset variable costs the deployments that need it and nothing else; elsewhere it is a mistake.
  draft.problems.push(...unsetOutside(document, interpolated, ['accounts', 'models', 'master_key']));
  readGlobals(draft, document, parsed.data);
  readTraffic(draft, document, parsed.data);
  const unsetKey = interpolated.unset.find(({ path }) => path[0] === 'master_key');
  if (unsetKey !== undefined) {
    delete draft.masterKey;
    draft.masterKeyProblem = {
      place: document.placeOf(['master_key']),
      path: 'master_key',
      message: unsetText(unsetKey.name),
    };
  }
  const reader = new DeploymentReader({ draft, document, interpolated, world, config: parsed.data });
  if (parsed.data.models === undefined) reader.readCatalogue(cortex);
  else parsed.data.models.forEach((model, index) => reader.readModel(model, index));
  return draft;
}

function unsetOutside(document: ConfigDocument, { unset }: Interpolated, except: readonly string[]): Draft['problems'] {
  return unset
    .filter(({ path }) => !except.includes(String(path[0])))
    .map(({ path, name }) => ({ place: document.placeOf(path), path: pathText(path), message: unsetText(name) }));
}
