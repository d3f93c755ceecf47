import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installAgent } from '../install.ts';
import { type Agent, call } from './agent.ts';

export const PI_VERSION = '0.73.1';

const APIS = [
  { protocol: 'chat completions', api: 'openai-completions', path: '/v1' },
  { protocol: 'responses', api: 'openai-responses', path: '/v1' },
  { protocol: 'messages', api: 'anthropic-messages', path: '' },
];

export const pis: Agent[] = APIS.map(({ protocol, api, path }) => ({
  name: `pi ${PI_VERSION}, ${protocol}`,
  lacks: [{ features: ['structured output'], because: 'It has no option for it.' }],
  tools: {
    read: (file) => call('read', { path: file }),
    edit: (file, before, after) => call('edit', { path: file, edits: [{ oldText: before, newText: after }] }),
    look: (file) => call('read', { path: file }),
    shell: (command) => call('bash', { command }),
  },
  async install() {
    const script = await installAgent('@mariozechner/pi-coding-agent', PI_VERSION, 'pi');
    return {
      said: (stdout) => stdout.trim(),
      async prepare({ prompt, model, url, key, home }) {
        const provider = {
          baseUrl: `${url}${path}`,
          api,
          apiKey: key,
          models: [{ id: model, reasoning: true, input: ['text', 'image'] }],
        };
        await mkdir(join(home, '.pi/agent'), { recursive: true });
        await writeFile(join(home, '.pi/agent/models.json'), JSON.stringify({ providers: { couloir: provider } }));
        const args = ['--print', '--no-session', '--provider', 'couloir', '--model', model, '--thinking', 'medium'];
        return { command: process.execPath, args: [script, ...args, prompt], env: { PI_OFFLINE: '1' } };
      },
    };
  },
}));
