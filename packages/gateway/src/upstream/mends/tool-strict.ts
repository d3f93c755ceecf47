import { isObject, type Json } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** `strict` on a tool is OpenAI's; Snowflake documents it for no other family and its own clients leave it out. */
export const toolStrict: RequestMend = {
  id: 'tool-strict',
  since: '2026-08',
  evidence: 'docs/cortex-quirks.md#tool-strict',
  applies: (target) => onCortex(target) && target.capabilities.family !== 'openai',
  request(body) {
    if (!Array.isArray(body.tools)) return [];
    const notes: Note[] = [];
    body.tools = body.tools.map((tool, index): Json => {
      if (!isObject(tool) || !isObject(tool.function) || tool.function.strict === undefined) return tool;
      const { strict: _, ...rest } = tool.function;
      // Harmless: the schema itself is sent, and agents check arguments anyway.
      notes.push({
        code: 'dropped',
        path: `tools[${index}].function.strict`,
        because: 'only OpenAI models enforce a schema',
        harmless: true,
      });
      return { ...tool, function: rest };
    });
    return notes;
  },
};
