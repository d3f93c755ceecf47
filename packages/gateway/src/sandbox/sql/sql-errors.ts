/** How Snowflake refuses a statement: code, SQL state and text. Codes as its drivers and documentation know them. */
export interface SqlFailure {
  code: string;
  sqlState: string;
  message: string;
}

const FAILURES = {
  syntax: ['001003', '42000', "SQL compilation error:\nsyntax error line 1 at position 0 unexpected '{word}'."],
  unsupported: [
    '000002',
    '0A000',
    "Unsupported feature '{what}': the Couloir sandbox does not understand this statement.",
  ],
  'not-in-api': ['391911', '0A000', "The SQL API does not support the statement '{word}'."],
  'object-missing': ['002003', '42S02', "SQL compilation error:\nObject '{name}' does not exist or not authorized."],
  'role-missing': ['002003', '02000', "SQL compilation error:\nRole '{name}' does not exist or not authorized."],
  'column-missing': [
    '000904',
    '42000',
    "SQL compilation error: error line 1 at position 7\ninvalid identifier '{name}'",
  ],
  'function-unknown': ['002140', '42601', 'SQL compilation error:\nUnknown function {name}'],
  'function-user-defined': ['002141', '42601', 'SQL compilation error:\nUnknown user-defined function {name}'],
  'no-warehouse': [
    '391920',
    '57P03',
    'Unable to run the command. You must specify the warehouse to use by either setting the warehouse field in the body of the request or by setting the DEFAULT_WAREHOUSE property for the current user.',
  ],
  'no-privilege': ['003001', '42501', 'SQL access control error:\nInsufficient privileges to operate on {what}'],
  'role-refused': [
    '390189',
    '08001',
    "Role '{name}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.",
  ],
  'remote-service': [
    '100351',
    'P0000',
    "Request failed for external function COMPLETE$V6 with remote service error: {status} '{text}'",
  ],
  'parameter-value': ['001008', '22023', "SQL compilation error:\ninvalid value [{value}] for parameter '{name}'"],
  timeout: [
    '000630',
    '57014',
    'Statement reached its statement or warehouse timeout of {seconds} second(s) and was canceled.',
  ],
  canceled: ['000604', '57014', 'SQL execution canceled'],
  'not-executing': ['000605', '57014', 'Identified SQL statement is not currently executing.'],
  'statement-missing': ['000709', '02000', 'Statement {handle} not found'],
} as const satisfies Record<string, readonly [code: string, sqlState: string, text: string]>;

/** The failure called `name`, its `{placeholders}` filled in. */
export function failSql(name: keyof typeof FAILURES, values: Record<string, string | number> = {}): SqlFailure {
  const [code, sqlState, text] = FAILURES[name];
  return { code, sqlState, message: text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole)) };
}
