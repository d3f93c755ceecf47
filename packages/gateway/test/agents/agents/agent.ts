import type { Lack } from '../../compatibility/client.ts';
import type { JsonObject } from '../../../src/ir/json.ts';

/** A coding agent as the test needs to know it. */
export interface Agent {
  /** As the page names it. */
  name: string;
  lacks: Lack[];
  /** Lines of the sandbox's script that call the agent's own tools. */
  tools: AgentTools;
  /** Puts it where it can be started. */
  install(): Promise<InstalledAgent>;
}

interface AgentTools {
  read(file: string): string;
  /** Replaces `before`, which is a line of the file. */
  edit(file: string, before: string, after: string, model: string): string;
  shell(command: string): string;
  /** Shows a picture to the model. */
  look(file: string): string;
}

export interface InstalledAgent {
  /** Writes what it wants to find in its home, and says how it is started. */
  prepare(task: Task): Promise<Launch>;
  /** The agent's last words to its user. */
  said(stdout: string): string;
  /** Absent where it cannot be asked for structured output. */
  structured?: {
    /** The script of a model that answers this. */
    script(answer: JsonObject): string[];
    /** What a task with a schema gave. */
    object(stdout: string): unknown;
  };
}

export interface Task {
  prompt: string;
  model: string;
  url: string;
  key: string;
  home: string;
  schema?: JsonObject;
}

interface Launch {
  command: string;
  args: string[];
  env?: Record<string, string>;
  input?: string;
}

/** `call NAME {…}`, as the sandbox's script has it. */
export function call(tool: string, input: JsonObject): string {
  return `call ${tool} ${JSON.stringify(input)}`;
}

/** The objects of an output that has one on each line. */
export function readLines(stdout: string): JsonObject[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as JsonObject] : []));
}
