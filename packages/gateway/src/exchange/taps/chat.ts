import { isObject } from '../../ir/json.ts';
import { readChatUsage } from '../../protocols/openai-chat/usage.ts';
import { type Tap, dataWith, errorIn } from './tap.ts';

const TOLD_USAGE = '"prompt_tokens"';

/** OpenAI's chat chunks: usage in a chunk of its own, `[DONE]` at the end. */
export function chatTap(): Tap {
  return {
    complete: false,
    // Chat has thoughts without seals only, which no model wants back.
    thoughts: () => [],
    block(bytes, seen) {
      const error = errorIn(bytes);
      if (error !== undefined) return error;
      if (bytes.includes('data:')) seen.content = true;
      // Asked for usage, OpenAI says `"usage":null` in every chunk but the last.
      if (bytes.includes(TOLD_USAGE)) {
        for (const { usage } of dataWith(bytes, TOLD_USAGE)) if (isObject(usage)) seen.usage = readChatUsage(usage);
      }
      if (bytes.includes('[DONE]')) this.complete = true;
      return undefined;
    },
    message(body, seen) {
      seen.content = true;
      if (isObject(body.usage)) seen.usage = readChatUsage(body.usage);
    },
  };
}
