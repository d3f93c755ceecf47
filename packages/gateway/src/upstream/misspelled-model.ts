import { suggest } from '../kit/suggest.ts';
import { findChatModel, isEmbeddingModel, listChatModels, listEmbeddingModels } from './catalogue.ts';

/** What Snowflake puts before some names. */
const VENDORS = ['openai-', 'snowflake-'];

/**
 * What is probably wrong with a model name that the catalogue does not know but nearly does; undefined for
 * one that it knows, that is a version of its own, or that is like no other.
 */
export function misspellingWarning(name: string): string | undefined {
  if (findChatModel(name) !== undefined || isEmbeddingModel(name)) return undefined;
  const known = [...listChatModels(), ...listEmbeddingModels()].map(({ id }) => id);
  const meant =
    known.find((id) => VENDORS.some((vendor) => id === vendor + name.toLowerCase())) ??
    suggest(
      name,
      known.filter((id) => digitsOf(id) === digitsOf(name)),
    );
  return meant === undefined
    ? undefined
    : `Couloir knows no model "${name}" on Cortex. Did you mean "${meant}"? It is asked for as it is written here.`;
}

/** Other digits make it another version, which may be newer than the catalogue. */
function digitsOf(name: string): string {
  return name.replaceAll(/\D+/g, ' ').trim();
}
