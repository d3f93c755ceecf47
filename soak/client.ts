import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallResult, call } from './call.ts';
import type { Conversation, Reading } from './dialects/dialect.ts';
import { planTask, type Task, type Turn } from './task.ts';

/** One request as the client that made it tells of it. */
export interface Told {
  /** As the gateway passes it on, in `traceparent`: what joins the three tales of a request. */
  traceId: string;
  dialect: string;
  path: string;
  model: string;
  stream: boolean;
  /** Of the whole body. */
  bytes: number;
  startedAtMs: number;
  endedAtMs: number;
  ended: CallResult['ended'];
  status?: number;
  /** Why it is broken. */
  because?: string;
  /** The gateway's id, where an answer began. */
  requestId?: string;
  /** Of a call that is complete. */
  reading?: Reading;
  /** Where the answer is not what the script says. */
  wrong?: string;
}

interface Where {
  url: string;
  key: string;
  seed: string;
}

const LENGTHS = 2_048;

/** Holds one conversation after another until it is told to stop; the one it is in comes to its end. */
export async function runClient(
  client: number,
  { url, key, seed }: Where,
  { goesOn, tell }: { goesOn: () => boolean; tell: (told: Told) => void },
  first: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let count = first;
  while (goesOn()) {
    const task = planTask(seed, client, count);
    const conversation: Conversation = { ...task, turns: [] };
    for (const [index, turn] of task.turns.entries()) {
      await sleep(turn.pauseMs);
      const traceId = createHash('sha256').update(`${seed} ${client} ${count} ${index}`).digest('hex').slice(0, 32);
      const told = await ask(task, turn, conversation, { url, key, agent, traceId });
      tell(told);
      const { reading } = told;
      if (reading?.is !== 'answer' || told.wrong !== undefined) break;
      const results = reading.calls.map(({ id }) => ({ id, text: `found ${id}` }));
      conversation.turns.push({ answer: reading, results });
    }
    count += 1;
  }
  agent.destroy();
  return count;
}

async function ask(
  { dialect }: Task,
  turn: Turn,
  conversation: Conversation,
  { url, key, agent, traceId }: { url: string; key: string; agent: Agent; traceId: string },
): Promise<Told> {
  const body = withOwnLength(Buffer.from(JSON.stringify(dialect.write(conversation))));
  const startedAtMs = Date.now();
  const result = await call({
    url: url + dialect.path,
    headers: { authorization: `Bearer ${key}`, traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` },
    body,
    agent,
    leaving: turn.leaving,
    ...(turn.readsEveryMs === undefined ? {} : { readsEveryMs: turn.readsEveryMs }),
  });
  const reading = result.ended === 'complete' ? dialect.read(result, conversation) : undefined;
  const wrong = reading?.is === 'answer' ? compareWithScript(reading, turn) : undefined;
  const requestId = result.headers['x-couloir-request-id'];
  return {
    traceId,
    dialect: dialect.name,
    path: dialect.path,
    model: conversation.model,
    stream: conversation.stream,
    bytes: body.length,
    startedAtMs,
    endedAtMs: Date.now(),
    ended: result.ended,
    ...(result.status === undefined ? {} : { status: result.status }),
    ...(result.because === undefined ? {} : { because: result.because }),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(reading === undefined ? {} : { reading }),
    ...(wrong === undefined ? {} : { wrong }),
  };
}

let asked = 0;

/** With white space behind it, of a length that few other requests have: what a log line of a client that left can be told by. */
function withOwnLength(body: Buffer): Buffer {
  asked += 1;
  const missing = (((asked - body.length) % LENGTHS) + LENGTHS) % LENGTHS;
  return Buffer.concat([body, Buffer.alloc(missing, ' ')]);
}

/** Nothing lost, nothing doubled, nothing of somebody else's. */
function compareWithScript({ text, calls }: Extract<Reading, { is: 'answer' }>, turn: Turn): string | undefined {
  if (text !== turn.text) return `the text is ${show(text)}, the script says ${show(turn.text)}`;
  const told = calls.map(({ name, arguments: args }) => `${name} ${args}`);
  const meant = turn.keys.map((key) => `lookup ${JSON.stringify({ key })}`);
  const asTold = told.map((each) => each.replaceAll(/(?<=[:,{])\s+/g, ''));
  if (JSON.stringify(asTold) === JSON.stringify(meant)) return undefined;
  return `the calls are ${show(told.join(', '))}, the script says ${show(meant.join(', '))}`;
}

function show(text: string): string {
  return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 100)} … ${text.slice(-100)}`);
}
