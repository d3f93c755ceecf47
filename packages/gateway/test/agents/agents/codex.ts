import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../../src/ir/json.ts';
import { installAgent } from '../install.ts';
import { type Agent, call, readLines, type Task } from './agent.ts';

const VERSION = '0.169.0';

export const codex: Agent = {
  name: `Codex ${VERSION}, responses`,
  lacks: [],
  tools: {
    read: (file) => call('exec_command', { cmd: `cat ${file}` }),
    edit: (file, before, after) =>
      call('exec_command', { cmd: `sed 's/${before}/${after}/' ${file} > new.js && mv new.js ${file}` }),
    shell: (command) => call('exec_command', { cmd: command }),
    look: (file) => call('view_image', { path: file }),
  },
  async install() {
    const script = await installAgent('@openai/codex', VERSION, 'codex');
    return {
      said: lastMessage,
      structured: {
        script: (answer) => [`say ${JSON.stringify(answer)}`],
        object: (stdout) => JSON.parse(lastMessage(stdout)) as unknown,
      },
      async prepare(task) {
        await writeConfig(task);
        const format = task.schema === undefined ? [] : ['--output-schema', await writeSchema(task)];
        const args = ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', '--json', ...format, '-'];
        return {
          command: process.execPath,
          args: [script, ...args],
          input: task.prompt,
          env: { COULOIR_KEY: task.key },
        };
      },
    };
  },
};

async function writeConfig({ home, url, model }: Task): Promise<void> {
  await mkdir(join(home, '.codex'), { recursive: true });
  await writeFile(
    join(home, '.codex/config.toml'),
    `model = "${model}"
model_provider = "couloir"
model_reasoning_effort = "medium"
model_supports_reasoning_summaries = true

[model_providers.couloir]
name = "Couloir"
base_url = "${url}/v1"
env_key = "COULOIR_KEY"
wire_api = "responses"

[analytics]
enabled = false
`,
  );
}

async function writeSchema({ home, schema }: Task): Promise<string> {
  const file = join(home, 'schema.json');
  await writeFile(file, JSON.stringify(schema));
  return file;
}

function lastMessage(stdout: string): string {
  const texts = readLines(stdout).flatMap(({ type, item }) =>
    type === 'item.completed' && isObject(item) && item.type === 'agent_message' ? [item.text] : [],
  );
  return texts.at(-1) as string;
}
