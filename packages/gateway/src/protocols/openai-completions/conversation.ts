/** A text to be continued, told to a chat model as a conversation. */
import type { GenerateRequest } from '../../ir/request.ts';
import { invalid } from '../validate.ts';
import { type Hole, readHole } from './fill-in-middle.ts';

const CONTINUE = [
  'You are the engine of a text completion endpoint. The message of the user is the beginning of a text: answer with',
  'what comes next, from the very next character on. If the text asks or instructs, what comes next is the answer.',
  'If it is code, go on with the code. Repeat nothing of it. Write no introduction, no explanation and no code fence',
  'that is not part of the text.',
].join(' ');

const FILL = [
  'You are the engine of an autocomplete endpoint. The user shows what stands before the cursor and what stands',
  'after it: answer with what belongs between the two, from the very next character on. Repeat nothing of what is',
  'there already. Keep its language, style and indentation, and stop as soon as what follows fits on. Write no',
  'explanation, no tags and no code fence.',
].join(' ');

/**
 * What a chat model is asked, for a prompt with or without a suffix.
 * @throws GatewayError `invalid-request` when there is nothing to go on from
 */
export function writeConversation(
  prompt: string,
  suffix: string | undefined,
): Pick<GenerateRequest, 'system' | 'turns'> {
  const hole =
    suffix === undefined || suffix === '' ? readHole(prompt) : { context: '', before: prompt, after: suffix };
  if (hole === undefined && prompt.trim() === '') throw invalid('prompt', 'must hold some text to go on from');
  const asked = hole === undefined ? prompt : describe(hole);
  return {
    system: [{ kind: 'text', text: hole === undefined ? CONTINUE : FILL }],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: asked }] }],
  };
}

function describe({ context, before, after }: Hole): string {
  const known = context.trim() === '' ? '' : `<context>${context}</context>\n`;
  return `${known}<before>${before}</before>\n<after>${after}</after>`;
}
