// One agent, one task: started in a repository of its own, and what it left behind.
import type { JsonObject } from '../../src/ir/json.ts';
import type { World } from '../compatibility/world.ts';
import type { InstalledAgent } from './agents/agent.ts';
import { type ChildResult, type RunningChild, startChild } from './child.ts';

export interface AgentTask {
  agent: InstalledAgent;
  model: string;
  home: string;
  repository: string;
  /** Lines of the sandbox's script. */
  script: string[];
  schema?: JsonObject;
}

export interface TaskResult extends ChildResult {
  /** The agent's last words; empty when it failed. */
  said: string;
  /** What to look at when something is not as it should be. */
  evidence: string;
}

const LONGEST_EVIDENCE = 20_000;

export async function startTask(task: AgentTask, { couloir }: World): Promise<RunningChild> {
  const { agent, model, home, repository, script, schema } = task;
  const prompt = ['Please do this.', ...script.map((line) => `sandbox> ${line}`)].join('\n');
  const { command, args, env, input } = await agent.prepare({
    prompt,
    model,
    url: couloir.url,
    key: couloir.key,
    home,
    ...(schema === undefined ? {} : { schema }),
  });
  return startChild(command, args, {
    cwd: repository,
    home,
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? {} : { input }),
  });
}

export async function runTask(task: AgentTask, world: World): Promise<TaskResult> {
  const child = await startTask(task, world);
  const result = await child.ended;
  const evidence = `${result.stdout}\n${result.stderr}\n${world.couloir.output()}`.slice(-LONGEST_EVIDENCE);
  return { ...result, evidence, said: result.exitCode === 0 ? task.agent.said(result.stdout) : '' };
}
