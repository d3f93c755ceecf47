import { suggest } from '../kit/suggest.ts';
import type { DeploymentSettings } from '../config/settings.ts';
import { describeModel, isCatalogued, listChatModels, listEmbeddingModels } from './catalogue.ts';

/** What Snowflake puts before some names. */
const VENDORS = ['openai-', 'snowflake-'];

/**
 * What to know of a model that the catalogue does not have: that its name is probably misspelled, or else what is
 * assumed of it. Undefined for a model of the catalogue, for a pattern of names, and where the operator said what would be assumed.
 */
export function unknownModelWarning({
  model: name,
  contextWindow,
  maxOutputTokens,
}: Pick<DeploymentSettings, 'model' | 'contextWindow' | 'maxOutputTokens'>): string | undefined {
  if (isCatalogued(name) || name.includes('*')) return undefined;
  const meant = meantModel(name);
  if (meant !== undefined)
    return `Couloir knows no model "${name}" on Cortex. Did you mean "${meant}"? It is asked for as it is written here.`;
  if (contextWindow !== undefined && maxOutputTokens !== undefined) return undefined;
  const assumed = describeModel(name);
  return `Couloir's catalogue does not have "${name}": a context window of ${contextWindow ?? assumed.contextWindow} and at most ${maxOutputTokens ?? assumed.maxOutputTokens} output tokens are assumed${FAMILIES[assumed.family]}. Set context_window and max_output_tokens where they differ.`;
}

/** The model of the catalogue that a misspelled name was meant to be. */
export function meantModel(name: string): string | undefined {
  if (isCatalogued(name)) return undefined;
  const known = [...listChatModels(), ...listEmbeddingModels()].map(({ id }) => id);
  return (
    known.find((id) => VENDORS.some((vendor) => id === vendor + name.toLowerCase())) ??
    suggest(
      name,
      known.filter((id) => digitsOf(id) === digitsOf(name)),
    )
  );
}

const FAMILIES = {
  claude: ', as of a new Claude',
  openai: ', as of a new model of OpenAI',
  other: ', and no tools or images',
} as const;

/** Other digits make it another version, which may be newer than the catalogue. */
function digitsOf(name: string): string {
  return name.replaceAll(/\D+/g, ' ').trim();
}
