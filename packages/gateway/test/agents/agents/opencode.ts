import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../../src/ir/json.ts';
import { installBinary } from '../install.ts';
import { type Agent, call, readLines } from './agent.ts';

const VERSION = '1.18.33';

/** The AI SDK's providers are inside the binary. */
const PROVIDERS: { protocol: string; npm: string; thinking: JsonObject }[] = [
  { protocol: 'chat completions', npm: '@ai-sdk/openai-compatible', thinking: { reasoningEffort: 'medium' } },
  { protocol: 'responses', npm: '@ai-sdk/openai', thinking: { reasoningEffort: 'medium', forceReasoning: true } },
  { protocol: 'messages', npm: '@ai-sdk/anthropic', thinking: { thinking: { type: 'enabled', budgetTokens: 2_000 } } },
];

export const opencodes: Agent[] = PROVIDERS.map(({ protocol, npm, thinking }) => ({
  name: `opencode ${VERSION}, ${protocol}`,
  lacks: [{ features: ['structured output'], because: 'It has no option for it.' }],
  tools: {
    read: (file) => call('read', { filePath: file }),
    // It gives models of OpenAI another editor than all others, by their name.
    edit: (file, before, after, model) =>
      model.includes('gpt-')
        ? call('apply_patch', {
            patchText: `*** Begin Patch\n*** Update File: ${file}\n@@\n-${before}\n+${after}\n*** End Patch`,
          })
        : call('edit', { filePath: file, oldString: before, newString: after }),
    look: (file) => call('read', { filePath: file }),
    shell: (command) => call('bash', { command, description: 'Runs the tests' }),
  },
  async install() {
    // The build for older processors: it runs on every one.
    const variant = process.arch === 'x64' ? '-baseline' : '';
    const opencode = await installBinary('opencode', VERSION, 'bin/opencode', variant);
    return {
      said: (stdout) =>
        readLines(stdout)
          .flatMap(({ type, part }) => (type === 'text' && isObject(part) ? [part.text] : []))
          .at(-1) as string,
      async prepare({ prompt, model, url, key, home }) {
        const settings = {
          reasoning: true,
          attachment: true,
          modalities: { input: ['text', 'image'], output: ['text'] },
        };
        const provider = {
          npm,
          name: 'Couloir',
          options: { baseURL: `${url}/v1`, apiKey: key },
          models: { [model]: { name: model, ...settings, options: thinking } },
        };
        const config = { provider: { couloir: provider }, small_model: `couloir/${model}`, permission: 'allow' };
        await mkdir(join(home, '.config/opencode'), { recursive: true });
        await writeFile(join(home, '.config/opencode/opencode.json'), JSON.stringify(config));
        return {
          command: opencode,
          args: ['run', '--model', `couloir/${model}`, '--format', 'json'],
          input: prompt,
          env: {
            OPENCODE_DISABLE_AUTOUPDATE: '1',
            OPENCODE_DISABLE_MODELS_FETCH: '1',
            OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
          },
        };
      },
    };
  },
}));
