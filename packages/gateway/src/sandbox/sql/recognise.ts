/**
 * The SQL this sandbox understands, as a table of statement patterns; the first that matches runs. Whatever matches
 * none is refused in Snowflake's form, never answered by a guess.
 */
import { changeGrant, setParameter } from './change.ts';
import { selectValues } from './functions.ts';
import type { Session } from './session.ts';
import {
  showBaseModels,
  showGrantsOf,
  showGrantsToRole,
  showGrantsToUser,
  showModels,
  showParameters,
} from './show.ts';
import { failSql } from './sql-errors.ts';
import type { Outcome } from './table.ts';
import { identifier, unquote } from './text.ts';
import { selectFromView } from './views.ts';

interface StatementKind {
  pattern: RegExp;
  run(groups: Record<string, string | undefined>, session: Session): Outcome;
}

const LIKE = String.raw`(?:\s+LIKE\s+(?<like>'(?:[^']|'')*'))?`;
const IN_MODELS = String.raw`(?:\s+IN(?:\s+SCHEMA)?\s+SNOWFLAKE\.MODELS)?`;
const NAME = String.raw`"?[\w$.]+"?`;

const STATEMENTS: readonly StatementKind[] = [
  {
    // Spec of the SQL API: statements it does not take.
    pattern: /^(?<word>PUT|GET|USE|BEGIN|COMMIT|ROLLBACK|ALTER\s+SESSION)\b/i,
    run: ({ word = '' }) => ({ failure: failSql('not-in-api', { word: word.toUpperCase() }) }),
  },
  {
    pattern:
      /^SELECT\s+(?<list>.+?)\s+FROM\s+SNOWFLAKE\.ACCOUNT_USAGE\.(?<view>\w+)(?:\s+WHERE\s+(?<where>.+?))?(?:\s+ORDER\s+BY\s+(?<orderBy>.+?))?(?:\s+LIMIT\s+(?<limit>\d+))?$/is,
    run: ({ list = '', view = '', where, orderBy, limit }, session) =>
      selectFromView({ list, view: view.toUpperCase(), where, orderBy, limit }, session),
  },
  {
    pattern: /^SELECT\s+.*?\sFROM\s+(?<name>[\w$."]+)/is,
    run: ({ name = '' }) => ({ failure: failSql('object-missing', { name: identifier(name) }) }),
  },
  { pattern: /^(?:SELECT|CALL)\s+(?<list>.+)$/is, run: ({ list = '' }, session) => selectValues(list, session) },
  {
    pattern: statement(`SHOW CORTEX BASE MODELS${LIKE}${IN_MODELS}`),
    run: ({ like }, session) => showBaseModels(literal(like), session),
  },
  {
    pattern: statement(`SHOW MODELS${LIKE}${IN_MODELS}`),
    run: ({ like }, session) => showModels(literal(like), session),
  },
  {
    pattern: statement(String.raw`SHOW PARAMETERS${LIKE}(?:\s+(?:IN|FOR)\s+(?:ACCOUNT|SESSION))?`),
    run: ({ like }, session) => showParameters(literal(like), session),
  },
  { pattern: statement('SHOW GRANTS'), run: (_groups, session) => showGrantsToRole(session.role, session) },
  {
    pattern: statement(`SHOW GRANTS TO ROLE (?<role>${NAME})`),
    run: ({ role = '' }, session) => showGrantsToRole(identifier(role), session),
  },
  {
    pattern: statement(`SHOW GRANTS TO USER (?<user>${NAME})`),
    run: ({ user = '' }, session) => showGrantsToUser(identifier(user), session),
  },
  {
    pattern: statement(`SHOW GRANTS OF (?:DATABASE )?ROLE (?<role>${NAME})`),
    run: ({ role = '' }, session) => showGrantsOf(identifier(role), session),
  },
  {
    pattern: statement(String.raw`ALTER ACCOUNT SET (?<name>\w+)\s*=\s*(?<value>'(?:[^']|'')*'|\w+)`),
    run: ({ name = '', value = '' }, session) => setParameter(name.toUpperCase(), literal(value) ?? value, session),
  },
  {
    pattern: statement(String.raw`ALTER ACCOUNT UNSET (?<name>\w+)`),
    run: ({ name = '' }, session) => setParameter(name.toUpperCase(), undefined, session),
  },
  {
    pattern: statement(`(?<verb>GRANT|REVOKE) DATABASE ROLE (?<granted>${NAME}) (?:TO|FROM) ROLE (?<role>${NAME})`),
    run: ({ verb = '', granted = '', role = '' }, session) =>
      changeGrant(verb.toUpperCase() === 'GRANT' ? 'GRANT' : 'REVOKE', identifier(granted), identifier(role), session),
  },
];

/** @param text a normalised statement with its bindings in place */
export function runSql(text: string, session: Session): Outcome {
  for (const kind of STATEMENTS) {
    const match = kind.pattern.exec(text);
    if (match !== null) return kind.run(match.groups ?? {}, session);
  }
  const word = text.split(/\s/)[0] ?? '';
  const known =
    /^(CREATE|DROP|ALTER|INSERT|UPDATE|DELETE|MERGE|DESC|DESCRIBE|SHOW|GRANT|REVOKE|WITH|EXPLAIN|TRUNCATE)$/i;
  return {
    failure: known.test(word) ? failSql('unsupported', { what: text.slice(0, 60) }) : failSql('syntax', { word }),
  };
}

/** Words in any case, with any white space between them. */
function statement(words: string): RegExp {
  return new RegExp(`^${words.replaceAll(' ', String.raw`\s+`)}$`, 'is');
}

function literal(text: string | undefined): string | undefined {
  return text === undefined ? undefined : unquote(text);
}
