import type { GatewayError } from '../errors/error.ts';
import type { Delta, StopReason, StreamEvent } from './event.ts';
import type { Note } from './note.ts';
import type { Part } from './request.ts';
import { mergeUsage, type Usage } from './usage.ts';

/** A whole answer: what a unary dialect needs of a stream of events. */
export interface FoldedAnswer {
  id?: string;
  model?: string;
  /** In the order of their positions, whatever order they were spoken in. */
  parts: Part[];
  usage?: Usage;
  /** Absent when the answer failed or was cut. */
  stop?: { reason: StopReason; raw?: string; sequence?: string };
  notes: Note[];
  /** The answer ended in this error; what came before it is kept in `parts`. */
  error?: GatewayError;
}

/** Gathers the events of one answer. Deltas are appended to the content their part was opened with. */
export function fold(events: StreamEvent[]): FoldedAnswer {
  const answer: FoldedAnswer = { parts: [], notes: [] };
  const parts = new Map<number, Part>();
  for (const event of events) {
    switch (event.type) {
      case 'start':
        if (event.id !== undefined) answer.id = event.id;
        if (event.model !== undefined) answer.model = event.model;
        break;
      case 'open':
        parts.set(event.at, event.part);
        break;
      case 'delta': {
        const part = parts.get(event.at);
        if (part !== undefined) parts.set(event.at, extend(part, event.delta));
        break;
      }
      case 'usage':
        answer.usage = mergeUsage(answer.usage, event.usage);
        break;
      case 'stop': {
        const { reason, raw, sequence } = event;
        answer.stop = {
          reason,
          ...(raw === undefined ? {} : { raw }),
          ...(sequence === undefined ? {} : { sequence }),
        };
        break;
      }
      case 'note':
        answer.notes.push(event.note);
        break;
      case 'error':
        answer.error = event.error;
        break;
      case 'close':
      case 'end':
      case 'ping':
      case 'opaque':
        break;
    }
  }
  answer.parts = Array.from(parts)
    .toSorted(([left], [right]) => left - right)
    .map(([, part]) => part);
  return answer;
}

function extend(part: Part, delta: Delta): Part {
  if (part.kind === 'text' && 'text' in delta) return { ...part, text: part.text + delta.text };
  if (part.kind === 'text' && 'citation' in delta) {
    return { ...part, citations: [...(part.citations ?? []), delta.citation] };
  }
  if (part.kind === 'thinking' && 'thinking' in delta) return { ...part, text: part.text + delta.thinking };
  if (part.kind === 'thinking' && 'seal' in delta) return { ...part, seal: delta.seal };
  if (part.kind === 'tool-call' && 'args' in delta) return { ...part, args: part.args + delta.args };
  return part;
}
