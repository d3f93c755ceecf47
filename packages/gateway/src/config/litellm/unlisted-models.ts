import type { CortexKnowledge } from '../cortex-knowledge.ts';
import type { Draft } from '../draft.ts';
import type { Surroundings } from '../surroundings.ts';
import { draftFromEnvironment } from '../zero-config.ts';

/**
 * A file that lists no model, as LiteLLM takes it too: what is served comes from the environment, like without
 * a file. Without an account the draft stays without deployments, and the sandbox stands in.
 */
export function withUnlistedModels(draft: Draft, world: Surroundings, cortex: CortexKnowledge): Draft {
  if (draft.deployments.length + draft.incomplete.length + draft.problems.length > 0) return draft;
  const { deployments, aliases, notes, problems, origins } = draftFromEnvironment(world, cortex);
  const from = origins['deployments'];
  const message =
    from === undefined
      ? 'is not there, and neither is an account: what is served is simulated. List models, or set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PAT.'
      : `is not there: every model of the catalogue is served, from ${from}.`;
  return {
    ...draft,
    modelsFromEnvironment: true,
    deployments,
    aliases: { ...aliases, ...draft.aliases },
    notes: [...draft.notes, ...notes, { severity: 'warning', path: 'model_list', message }],
    problems,
    origins: { ...origins, ...draft.origins },
  };
}
