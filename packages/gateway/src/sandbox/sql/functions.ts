/** `SELECT` without a table: context functions, SYSTEM$WAIT, literals and SNOWFLAKE.CORTEX.COMPLETE. */
import { isObject } from '../../ir/json.ts';
import { answerComplete } from './complete-function.ts';
import type { Session } from './session.ts';
import { failSql, type SqlFailure } from './sql-errors.ts';
import { type Column, oneRow, type Outcome, timestamp } from './table.ts';
import { identifier, readConstant, splitList, unquote } from './text.ts';

interface Cell {
  type: Column['type'];
  value: string | null;
  durationMs?: number;
}

type Evaluation = Cell | { failure: SqlFailure };

const text = (value: string | null): Cell => ({ type: 'text', value });

/** Each gets its arguments as they stand in the text. */
const FUNCTIONS: Readonly<Record<string, (args: string[], session: Session) => Evaluation>> = {
  CURRENT_REGION: (_args, { account }) => text(account.settings.region),
  CURRENT_ACCOUNT: (_args, { account }) => text(account.settings.name),
  CURRENT_ACCOUNT_NAME: (_args, { account }) => text(account.settings.name),
  CURRENT_ORGANIZATION_NAME: (_args, { account }) => text(account.settings.organization),
  CURRENT_USER: (_args, { account }) => text(account.settings.user),
  CURRENT_ROLE: (_args, { role }) => text(role),
  CURRENT_WAREHOUSE: (_args, { warehouse }) => text(warehouse === '' ? null : warehouse),
  CURRENT_VERSION: () => text('10.0.0 Couloir sandbox'),
  CURRENT_TIMESTAMP: (_args, { nowMs }) => ({ type: 'timestamp_ltz', value: timestamp(nowMs) }),
  SYSTEM$WAIT: wait,
  'SNOWFLAKE.CORTEX.COMPLETE': complete,
  AI_COMPLETE: complete,
};

export function selectValues(list: string, session: Session): Outcome {
  const cells: { column: Column; value: string | null }[] = [];
  let durationMs = 0;
  for (const item of splitList(list)) {
    const [, expression = '', alias] = /^(.+?)(?:\s+AS\s+("[^"]+"|\w+))?$/is.exec(item) ?? [];
    const cell = evaluate(expression.trim(), session);
    if ('failure' in cell) return cell;
    const name = alias === undefined ? expression.trim().toUpperCase() : identifier(alias);
    cells.push({ column: { name, type: cell.type }, value: cell.value });
    durationMs += cell.durationMs ?? 0;
  }
  return { table: oneRow(cells), durationMs };
}

function evaluate(expression: string, session: Session): Evaluation {
  const literal = unquote(expression);
  if (literal !== undefined) return text(literal);
  if (/^-?\d+$/.test(expression)) return { type: 'fixed', value: expression };
  if (/^null$/i.test(expression)) return text(null);
  if (/^(true|false)$/i.test(expression)) return { type: 'boolean', value: expression.toLowerCase() };
  const call = /^([\w$."]+)\s*\((.*)\)$/s.exec(expression);
  if (call === null) return { failure: failSql('column-missing', { name: identifier(expression) }) };
  const name = identifier(call[1]!);
  const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (run === undefined) return { failure: failSql('function-unknown', { name }) };
  return run(call[2]!.trim() === '' ? [] : splitList(call[2]!), session);
}

/** Snowflake's own way to make a statement last: what a client's polling is tested with. */
function wait([amount = '', unit = "'SECONDS'"]: string[]): Evaluation {
  const seconds = Number(amount) * ({ SECONDS: 1, MINUTES: 60, HOURS: 3600 }[unquote(unit)?.toUpperCase() ?? ''] ?? 1);
  if (!Number.isFinite(seconds) || amount === '') return { failure: failSql('syntax', { word: amount }) };
  return { ...text(`waited ${seconds} seconds`), durationMs: seconds * 1000 };
}

/** With two strings it gives the answer; with messages and options, JSON that holds it and its usage. */
function complete(args: string[], session: Session): Evaluation {
  const [model, prompt] = args.map(unquote);
  const [, messages, options] = args.map(readConstant);
  if (model !== undefined && prompt !== undefined && args.length === 2) {
    const answer = answerComplete(model, [{ role: 'user', content: prompt }], session);
    return 'text' in answer ? text(answer.text) : { failure: answer };
  }
  if (model === undefined || !isConversation(messages) || !isObject(options) || args.length !== 3) {
    return { failure: failSql('unsupported', { what: 'COMPLETE with these arguments' }) };
  }
  const limit = typeof options.max_tokens === 'number' ? [options.max_tokens] : [];
  const answer = answerComplete(model, messages, session, ...limit);
  if (!('text' in answer)) return { failure: answer };
  const created = Math.floor(session.nowMs / 1000);
  return text(JSON.stringify({ choices: [{ messages: answer.text }], created, model, usage: answer.usage }));
}

function isConversation(value: unknown): value is { role: 'user' | 'assistant' | 'system'; content: string }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (message) =>
        isObject(message) &&
        typeof message.content === 'string' &&
        typeof message.role === 'string' &&
        ['user', 'assistant', 'system'].includes(message.role),
    )
  );
}
