import type { CortexKnowledge } from '../config/cortex-knowledge.ts';
import { isEmbeddingModel, listChatModels } from './catalogue.ts';
import { cursorSafeAlias } from './cursor-alias.ts';
import { resolveDeployment } from './deployment.ts';

/** What `loadSettings` needs to know of Cortex: hand it over as it is. */
export const cortexKnowledge: CortexKnowledge = {
  models: listChatModels().map(({ id }) => ({ name: id, alias: cursorSafeAlias(id) })),
  isEmbedding: isEmbeddingModel,
  check(deployment) {
    resolveDeployment(deployment);
  },
};
