import type { CortexKnowledge } from '../config/cortex-knowledge.ts';
import { GatewayError } from '../errors/error.ts';
import { systemClock } from '../kit/clock.ts';
import { systemRandom } from '../kit/random.ts';
import { addressWarning } from './account.ts';
import { isEmbeddingModel, listChatModels, listEmbeddingModels } from './catalogue.ts';
import { cursorSafeAlias } from './cursor-alias.ts';
import { unknownModelWarning } from './unknown-model.ts';
import { resolveDeployment } from './deployment.ts';
import { credentialWarnings } from './tokens/credential-warnings.ts';
import { createTokenSources } from './tokens/source.ts';
import type { TokenWorld } from './tokens/world.ts';

/** Checking a configuration sends nothing anywhere. */
const OFFLINE: TokenWorld = {
  clock: systemClock,
  random: systemRandom,
  transport: {
    call: () => Promise.reject(new GatewayError('internal', 'A configuration is checked without the network.')),
    close: () => Promise.resolve(),
  },
  warn: () => undefined,
};

/** What `loadSettings` needs to know of Cortex: hand it over as it is. */
export const cortexKnowledge: CortexKnowledge = {
  models: listChatModels().map(({ id }) => ({ name: id, alias: cursorSafeAlias(id) })),
  embeddings: listEmbeddingModels().map(({ id }) => id),
  isEmbedding: isEmbeddingModel,
  check(deployment) {
    resolveDeployment(deployment, createTokenSources(OFFLINE));
    const doubts =
      deployment.provider === 'cortex'
        ? [
            addressWarning(deployment.base),
            deployment.model.includes('*') ? undefined : unknownModelWarning(deployment),
          ]
        : [];
    return [
      ...doubts.filter((doubt) => doubt !== undefined),
      ...credentialWarnings(deployment.credential, systemClock.now()),
    ];
  },
};
