import { installBinary } from '../install.ts';
import { type Agent, call } from './agent.ts';

const VERSION = '2.1.329';

interface Result {
  result: string;
  structured_output?: unknown;
}

export const claudeCode: Agent = {
  name: `Claude Code ${VERSION}, messages`,
  lacks: [{ features: ['structured output'], family: 'other', because: 'It asks for it by a tool.' }],
  tools: {
    read: (file) => call('Read', { file_path: file }),
    edit: (file, before, after) => call('Edit', { file_path: file, old_string: before, new_string: after }),
    shell: (command) => call('Bash', { command }),
    look: (file) => call('Read', { file_path: file }),
  },
  async install() {
    const claude = await installBinary('@anthropic-ai/claude-code', VERSION, 'claude');
    const read = (stdout: string) => JSON.parse(stdout) as Result;
    return {
      said: (stdout) => read(stdout).result,
      structured: {
        script: (answer) => [call('StructuredOutput', answer), 'then', 'say Done.'],
        object: (stdout) => read(stdout).structured_output,
      },
      async prepare({ prompt, model, url, key, schema }) {
        const tools = ['--allowedTools', 'Read', 'Edit', 'Bash'];
        const format = schema === undefined ? [] : ['--json-schema', JSON.stringify(schema)];
        return {
          command: claude,
          args: ['--print', '--output-format', 'json', '--model', model, ...format, ...tools],
          input: prompt,
          env: {
            ANTHROPIC_BASE_URL: url,
            ANTHROPIC_AUTH_TOKEN: key,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
            DISABLE_AUTOUPDATER: '1',
          },
        };
      },
    };
  },
};
