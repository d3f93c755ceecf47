import type { JsonObject } from '../../ir/json.ts';

/**
 * Tools that Anthropic defines and the client runs: their type stands for a description and a schema,
 * which Cortex does not know. Spelled out they are ordinary tools, and clients get the calls they expect.
 */
interface ClientTool {
  type: RegExp;
  description: string;
  schema: JsonObject;
}

const PATH = { type: 'string', description: 'Absolute path to a file or directory.' };

const CLIENT_TOOLS: readonly ClientTool[] = [
  {
    type: /^bash_\d{8}$/,
    description: 'Runs commands in a bash shell that keeps its state between calls, and returns their output.',
    schema: {
      type: 'object',
      properties: {
        command: { type: 'string', description: 'The command to run. Required unless the tool is restarted.' },
        restart: { type: 'boolean', description: 'True restarts the shell.' },
      },
    },
  },
  {
    type: /^text_editor_\d{8}$/,
    description: 'Views, creates and edits files.',
    schema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert'] },
        path: PATH,
        file_text: { type: 'string', description: 'For `create`: the content of the file.' },
        old_str: { type: 'string', description: 'For `str_replace`: the text to replace, which must occur once.' },
        new_str: { type: 'string', description: 'For `str_replace`: the new text.' },
        insert_line: { type: 'integer', description: 'For `insert`: the line after which to insert.' },
        insert_text: { type: 'string', description: 'For `insert`: the text to insert.' },
        view_range: {
          type: 'array',
          items: { type: 'integer' },
          description: 'For `view`: first and last line, counted from 1; -1 is the end of the file.',
        },
      },
      required: ['command', 'path'],
    },
  },
  {
    type: /^memory_\d{8}$/,
    description: 'Keeps notes in files under /memories that last from one conversation to the next.',
    schema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
        path: PATH,
        file_text: { type: 'string', description: 'For `create`: the content of the file.' },
        old_str: { type: 'string', description: 'For `str_replace`: the text to replace, which must occur once.' },
        new_str: { type: 'string', description: 'For `str_replace`: the new text.' },
        insert_line: { type: 'integer', description: 'For `insert`: the line after which to insert.' },
        insert_text: { type: 'string', description: 'For `insert`: the text to insert.' },
        old_path: { type: 'string', description: 'For `rename`: the path as it is.' },
        new_path: { type: 'string', description: 'For `rename`: the path as it shall be.' },
        view_range: { type: 'array', items: { type: 'integer' }, description: 'For `view`: first and last line.' },
      },
      required: ['command'],
    },
  },
];

/** What a tool of this type is, spelled out; undefined for types that no client runs, and unknown ones. */
export function describeClientTool(type: string): { description: string; schema: JsonObject } | undefined {
  return CLIENT_TOOLS.find((tool) => tool.type.test(type));
}
