/** What both families with tools ask of them. */
import { isObject } from '../../ir/json.ts';
import { type Rule, refuseChat } from './rule.ts';

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

export const toolRules: readonly Rule[] = [
  function toolNames({ tools }) {
    const index = tools.findIndex(({ type, function: definition }) => {
      if (type !== 'function') return false;
      return !isObject(definition) || typeof definition.name !== 'string' || !TOOL_NAME.test(definition.name);
    });
    return index < 0 ? undefined : refuseChat('tool-name', { index });
  },

  function chosenTool({ body, tools }) {
    const choice = body.tool_choice;
    if (choice === undefined || choice === null || typeof choice === 'string') return undefined;
    if (!isObject(choice) || !isObject(choice.function)) return undefined;
    const { name } = choice.function;
    const offered = tools.some(({ function: definition }) => isObject(definition) && definition.name === name);
    return offered ? undefined : refuseChat('tool-choice');
  },
];
