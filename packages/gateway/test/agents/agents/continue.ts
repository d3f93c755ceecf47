import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installAgent } from '../install.ts';
import { type Agent, call } from './agent.ts';

const VERSION = '1.5.47';

const PROVIDERS = [
  { protocol: 'chat completions', provider: 'openai' },
  { protocol: 'messages', provider: 'anthropic' },
];

export const continues: Agent[] = PROVIDERS.map(({ protocol, provider }) => ({
  name: `Continue cn ${VERSION}, ${protocol}`,
  lacks: [
    { features: ['image'], because: 'Without a terminal it takes no images.' },
    { features: ['structured output'], because: 'It has no option for it.' },
  ],
  tools: {
    read: (file) => call('Read', { filepath: file }),
    edit: (file, before, after) =>
      call('MultiEdit', { file_path: file, edits: [{ old_string: before, new_string: after }] }),
    look: (file) => call('Read', { filepath: file }),
    shell: (command) => call('Bash', { command }),
  },
  async install() {
    const script = await installAgent('@continuedev/cli', VERSION, 'cn');
    return {
      said: (stdout) => stdout.trim(),
      async prepare({ prompt, model, url, key, home }) {
        // It has no setting for thinking: the ending of the model's name asks for it.
        const config = {
          name: 'couloir',
          version: '1.0.0',
          schema: 'v1',
          models: [
            {
              name: 'couloir',
              provider,
              model: `${model}-medium`,
              apiBase: `${url}/v1`,
              apiKey: key,
              roles: ['chat'],
              capabilities: ['tool_use', 'image_input'],
            },
          ],
        };
        const file = join(home, 'config.yaml');
        await writeFile(file, JSON.stringify(config));
        return {
          command: process.execPath,
          args: [script, '--print', prompt, '--config', file, '--auto'],
          env: { CONTINUE_TELEMETRY_ENABLED: '0' },
        };
      },
    };
  },
}));
