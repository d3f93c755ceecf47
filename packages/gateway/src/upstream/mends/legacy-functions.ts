import { isObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { asksForFunctionCalls, lowerToFunctionCall } from '../../protocols/openai-chat/legacy-functions.ts';
import { type AnswerMend, onCortex, type RequestMend } from './mend.ts';

/** Cortex does not list `functions`: they go out as tools, and the call comes back in the form that was asked for. */
export const legacyFunctions: RequestMend & AnswerMend = {
  id: 'legacy-functions',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#legacy-functions',
  applies: onCortex,
  request(body, _target, reading) {
    if (!asksForFunctionCalls(body) || !Array.isArray(body.functions)) return [];
    const notes: Note[] = [{ code: 'coerced', path: 'functions', because: 'they are sent as tools' }];
    reading.legacyFunctions = true;
    body.tools = body.functions.map((called) => ({ type: 'function', function: called }));
    const choice = body.function_call;
    if (isObject(choice)) body.tool_choice = { type: 'function', function: { name: choice.name } };
    else if (choice === 'auto' || choice === 'none') body.tool_choice = choice;
    body.parallel_tool_calls = false;
    delete body.functions;
    delete body.function_call;
    return notes;
  },
  edit: ({ reading }) => (reading.legacyFunctions ? lowerToFunctionCall : undefined),
};
