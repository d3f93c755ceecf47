/**
 * Tools of OpenAI's own that the client runs: the shells, apply_patch and the search for further tools. Models elsewhere
 * do not know them, so each is told as a function of the same name, and its calls come back as OpenAI's items.
 */
import { isObject, type Json, type JsonObject, parseObject } from '../../ir/json.ts';
import type { Tool } from '../../ir/request.ts';
import type { BuiltInCallItem } from './wire.ts';

export type BuiltIn = 'local_shell' | 'shell' | 'apply_patch' | 'tool_search';

type Called = Pick<BuiltInCallItem, 'id' | 'call_id' | 'status'>;

interface BuiltInTool {
  description: string;
  schema: JsonObject;
  /** Arguments of the function → the item. Undefined when the model did not keep to the schema. */
  writeCall(args: JsonObject, called: Called): BuiltInCallItem | undefined;
  /** The item of a history → arguments of the function. */
  readCall(item: JsonObject): JsonObject;
}

const STRING = { type: 'string' };

export const BUILT_IN_TOOLS: Record<BuiltIn, BuiltInTool> = {
  local_shell: {
    description:
      'Runs one program on the user\'s machine and returns its output. The command is the program with its arguments, one array entry each; for shell syntax call ["bash", "-lc", "…"].',
    schema: objectSchema(
      {
        command: { type: 'array', items: STRING, minItems: 1 },
        working_directory: {
          ...STRING,
          description: 'Where to run it. The working directory of the session when absent.',
        },
        timeout_ms: { type: 'integer', description: 'Milliseconds after which the program is ended.' },
        env: { type: 'object', additionalProperties: STRING, description: 'Environment variables to add.' },
        user: { ...STRING, description: 'The user to run it as.' },
      },
      ['command'],
    ),
    writeCall({ command, env, timeout_ms, user, working_directory }, called) {
      if (!isStrings(command) || command.length === 0) return undefined;
      const variables = Object.entries(isObject(env) ? env : {}).map(([key, value]) => [key, asText(value)] as const);
      return {
        type: 'local_shell_call',
        ...called,
        action: {
          type: 'exec',
          command,
          env: Object.fromEntries(variables),
          ...(typeof timeout_ms === 'number' ? { timeout_ms } : {}),
          ...(typeof user === 'string' ? { user } : {}),
          ...(typeof working_directory === 'string' ? { working_directory } : {}),
        },
      };
    },
    readCall({ action }) {
      if (!isObject(action)) return {};
      const { type: _, env, ...rest } = withoutNulls(action);
      return { ...rest, ...(isObject(env) && Object.keys(env).length > 0 ? { env } : {}) };
    },
  },
  shell: {
    description: "Runs shell commands on the user's machine, each in a shell of its own, and returns their output.",
    schema: objectSchema(
      {
        commands: { type: 'array', items: STRING, minItems: 1 },
        timeout_ms: { type: 'integer', description: 'Milliseconds after which the commands are ended.' },
        max_output_length: { type: 'integer', description: 'Most characters of output to return of each command.' },
      },
      ['commands'],
    ),
    writeCall({ commands, timeout_ms, max_output_length }, called) {
      if (!isStrings(commands) || commands.length === 0) return undefined;
      return {
        type: 'shell_call',
        ...called,
        action: {
          commands,
          timeout_ms: typeof timeout_ms === 'number' ? timeout_ms : null,
          max_output_length: typeof max_output_length === 'number' ? max_output_length : null,
        },
        environment: { type: 'local' },
      };
    },
    readCall: ({ action }) => (isObject(action) ? withoutNulls(action) : {}),
  },
  apply_patch: {
    description:
      'Creates, updates or deletes one file. The diff is a V4A diff: lines that begin with " ", "-" or "+" under "@@" headers; of a new file, every line begins with "+".',
    schema: objectSchema(
      {
        type: { ...STRING, enum: ['create_file', 'update_file', 'delete_file'] },
        path: { ...STRING, description: 'The file, relative to the workspace.' },
        diff: { ...STRING, description: 'What to change. Not for delete_file.' },
      },
      ['type', 'path'],
    ),
    writeCall({ type, path, diff }, { status, ...called }) {
      if (typeof path !== 'string') return undefined;
      if (type === 'delete_file') return { type: 'apply_patch_call', ...called, operation: { type, path }, status };
      if ((type !== 'create_file' && type !== 'update_file') || typeof diff !== 'string') return undefined;
      return { type: 'apply_patch_call', ...called, operation: { type, path, diff }, status };
    },
    readCall: ({ operation }) => (isObject(operation) ? withoutNulls(operation) : {}),
  },
  tool_search: {
    description:
      'Searches for tools that were not offered from the start. What it finds can be called in the next message.',
    schema: objectSchema({ query: { ...STRING, description: 'What the tool should be able to do.' } }, ['query']),
    writeCall: (args, called) => ({ type: 'tool_search_call', ...called, execution: 'client', arguments: args }),
    readCall: ({ arguments: args }) =>
      isObject(args) ? args : typeof args === 'string' ? (parseObject(args) ?? {}) : {},
  },
};

/**
 * The tool as a function. Its name may differ from the kind when the client has a function of that name; a search is
 * described by the client where it does.
 */
export function lowerBuiltIn(kind: BuiltIn, name: string, { description, parameters }: JsonObject): Tool {
  const own = BUILT_IN_TOOLS[kind];
  if (kind !== 'tool_search') return { name, description: own.description, schema: own.schema };
  return {
    name,
    description: typeof description === 'string' && description !== '' ? description : own.description,
    schema: isObject(parameters) ? parameters : own.schema,
  };
}

export function isBuiltIn(type: Json | undefined): type is BuiltIn {
  return typeof type === 'string' && Object.hasOwn(BUILT_IN_TOOLS, type);
}

function objectSchema(properties: JsonObject, required: string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

function isStrings(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}
