import type { Json } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { invalid } from '../validate.ts';

export interface StopSequences {
  /** For the model to stop at. */
  passed: string[];
  /** For the writer to stop at: an editor ends a suggestion with its line, and Claude refuses a sequence of white space. */
  ours: string[];
}

/**
 * The stop sequences of a body, by who looks for them.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readStop(value: Json | undefined, notes: Note[] = []): StopSequences {
  if (value === undefined || value === null) return { passed: [], ours: [] };
  const sequences = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(sequences)) throw invalid('stop', 'must be a string or an array of strings');
  const texts = sequences.map((sequence, index) => {
    if (typeof sequence !== 'string') throw invalid(`stop[${index}]`, 'must be a string');
    return sequence;
  });
  if (texts.includes('')) {
    notes.push({ code: 'dropped', path: 'stop', because: 'an empty stop sequence stops nothing', harmless: true });
  }
  const ours = texts.filter((text) => text !== '' && text.trim() === '');
  if (ours.length > 0) {
    const because = 'the gateway ends the text at white space itself, because not every model does';
    notes.push({ code: 'simulated', path: 'stop', because });
  }
  return { passed: texts.filter((text) => text.trim() !== ''), ours };
}
