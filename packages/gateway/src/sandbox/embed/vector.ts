import { seededRandom } from '../../kit/random.ts';

/** What the text as a whole adds to the sum of its words: texts of the same words in another order differ a little. */
const WHOLE_TEXT_WEIGHT = 0.25;
const DECIMALS = 8;

/**
 * A unit vector for a text, the same on every machine. It is the sum of one direction for each word, so
 * texts that share words lie close together and a search over sandbox vectors finds something sensible.
 */
export function vectorOf(model: string, text: string, dimensions: number): number[] {
  const sum = new Float64Array(dimensions);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words) addDirection(sum, `${model}\0word\0${word}`, 1);
  addDirection(sum, `${model}\0text\0${text}`, WHOLE_TEXT_WEIGHT);
  const length = Math.hypot(...sum);
  return Array.from(sum, (number) => Number((number / length).toFixed(DECIMALS)));
}

function addDirection(sum: Float64Array, seed: string, weight: number): void {
  const random = seededRandom(seed);
  for (let index = 0; index < sum.length; index += 1) sum[index]! += weight * (random.float() * 2 - 1);
}
