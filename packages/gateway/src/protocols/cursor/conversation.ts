/** Where messages and items of any form become turns. */
import type { Note } from '../../ir/note.ts';
import { wrapReminder } from '../../ir/reminder.ts';
import type { Ext, Part, TextPart, ToolResultPart, Turn } from '../../ir/request.ts';

/**
 * Leading system texts are the system; later ones stay where they are, as a reminder in a user turn.
 * All that the assistant says and calls until somebody answers is one turn, because Cursor may put text
 * between a call and its result. Results stay together until the assistant speaks again.
 */
export class Conversation {
  readonly system: TextPart[] = [];
  readonly turns: Turn[] = [];
  readonly #notes: Note[];

  constructor(notes: Note[]) {
    this.#notes = notes;
  }

  addSystem(parts: TextPart[], path: string): void {
    if (this.turns.length === 0) {
      this.system.push(...parts);
      return;
    }
    if (parts.length === 0) return;
    const cache = parts.at(-1)?.cache;
    const text = wrapReminder(parts.map((part) => part.text).join('\n'));
    this.turns.push({
      role: 'user',
      parts: [{ kind: 'text', text, ...(cache === undefined ? {} : { cache }) }],
      ext: { 'openai-chat': { role: 'system' } },
    });
    this.#notes.push({
      code: 'coerced',
      path,
      because:
        'a system message amid a conversation is told to models without such a role as a reminder in a user turn',
      harmless: true,
    });
  }

  addUser(parts: Part[], ext?: Ext): void {
    const results = parts.filter((part) => part.kind === 'tool-result');
    for (const result of results) this.addResult(result);
    const rest = parts.filter((part) => part.kind !== 'tool-result');
    if (rest.length === 0) return;
    const last = this.turns.at(-1);
    if (last !== undefined && last === this.#resultsTurn() && last.parts.at(-1)?.kind === 'tool-result') {
      last.parts.push(...rest);
      if (ext !== undefined) last.ext = { ...last.ext, ...ext };
    } else {
      this.turns.push({ role: 'user', parts: rest, ...(ext === undefined ? {} : { ext }) });
    }
  }

  addAssistant(parts: Part[], ext?: Ext): void {
    const last = this.turns.at(-1);
    if (last?.role !== 'assistant') {
      if (parts.length > 0)
        this.turns.push({ role: 'assistant', parts: [...parts], ...(ext === undefined ? {} : { ext }) });
      return;
    }
    last.parts.push(...parts);
    if (ext !== undefined) last.ext = { ...last.ext, ...ext };
  }

  addResult(result: ToolResultPart): void {
    const turn = this.#resultsTurn();
    if (turn === undefined) {
      this.turns.push({ role: 'user', parts: [result] });
      return;
    }
    const after = turn.parts.findLastIndex((part) => part.kind === 'tool-result') + 1;
    turn.parts.splice(after, 0, result);
  }

  /** The user turn since the assistant's last that already holds results. */
  #resultsTurn(): Turn | undefined {
    const since = this.turns.slice(this.turns.findLastIndex((turn) => turn.role === 'assistant') + 1);
    return since.find((turn) => turn.parts.some((part) => part.kind === 'tool-result'));
  }
}
