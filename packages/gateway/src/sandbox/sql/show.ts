/** SHOW: models, parameters and grants. Column names are lower case there, as in Snowflake. */
import { findModel, MODEL_NAMES } from '../model-table.ts';
import { isAllowed } from '../account.ts';
import { crossRegionScopes, nativeRegions } from '../regions.ts';
import type { Session } from './session.ts';
import { failSql } from './sql-errors.ts';
import { type Column, type Outcome, textColumns, timestamp } from './table.ts';
import { likePattern } from './text.ts';

const CREATED = { name: 'created_on', type: 'timestamp_ltz' } as const;
/** When the models of the catalogue are said to have been made: any constant does. */
const CREATED_MS = Date.UTC(2026, 0, 1);

/** Withdrawn for those who have not used them before. */
const LEGACY = ['claude-4-sonnet', 'llama4-maverick', 'llama3.1-70b', 'mistral-7b', 'mistral-large2', 'openai-gpt-4.1'];
const PREVIEW = ['claude-opus-5-5', 'openai-gpt-5.4'];

/** Names are upper case here although requests take them in lower case: docs/cortex-quirks.md#show-model-names */
export function showBaseModels(like: string | undefined, session: Session): Outcome {
  const columns: Column[] = [
    CREATED,
    ...textColumns('name', 'model_type', 'database_name', 'schema_name', 'owner', 'lifecycle_status'),
    { name: 'in_region_availability', type: 'array' },
    ...textColumns('legacy_date', 'eol_date'),
    { name: 'cross_region_availability', type: 'array' },
  ];
  const rows = visibleModels(like, session).map((name) => {
    const regions = nativeRegions(name);
    const status = LEGACY.includes(name) ? 'LEGACY' : PREVIEW.includes(name) ? 'PUPR' : 'GA';
    return [
      timestamp(CREATED_MS),
      name.toUpperCase(),
      'CORTEX_BASE',
      'SNOWFLAKE',
      'MODELS',
      'SNOWFLAKE',
      status,
      regions.length === 0 ? null : JSON.stringify(regions),
      null,
      null,
      JSON.stringify(crossRegionScopes(name)),
    ];
  });
  return { table: { columns, rows } };
}

export function showModels(like: string | undefined, session: Session): Outcome {
  const columns: Column[] = [
    CREATED,
    ...textColumns('name', 'model_type', 'database_name', 'schema_name', 'comment', 'owner', 'default_version_name'),
  ];
  const rows = visibleModels(like, session).map((name) => [
    timestamp(CREATED_MS),
    name.toUpperCase(),
    'CORTEX_BASE',
    'SNOWFLAKE',
    'MODELS',
    '',
    'SNOWFLAKE',
    'DEFAULT',
  ]);
  return { table: { columns, rows } };
}

function visibleModels(like: string | undefined, { account, role }: Session): string[] {
  if (!account.grants.mayCallCortex(role)) return [];
  const pattern = likePattern(like ?? '%');
  return MODEL_NAMES.filter(
    (name) => pattern.test(name) && isAllowed(name, account.settings) && typeof findModel(name) === 'object',
  );
}

export function showParameters(like: string | undefined, { account: { settings } }: Session): Outcome {
  const pattern = likePattern(like ?? '%');
  const parameters = [
    ['CORTEX_ENABLED_CROSS_REGION', settings.crossRegion, 'DISABLED', 'Regions that inference requests may be sent to'],
    ['CORTEX_MODELS_ALLOWLIST', settings.modelsAllowlist, 'All', 'Models that may be used, by name'],
  ] as const;
  const rows = parameters
    .filter(([key]) => pattern.test(key))
    .map(([key, value, fallback, description]) => [
      key,
      value,
      fallback,
      value === fallback ? '' : 'ACCOUNT',
      description,
      'STRING',
    ]);
  return { table: { columns: textColumns('key', 'value', 'default', 'level', 'description', 'type'), rows } };
}

export function showGrantsToRole(role: string, { account: { grants } }: Session): Outcome {
  if (!grants.isRole(role)) return { failure: failSql('role-missing', { name: role }) };
  const columns: Column[] = [
    CREATED,
    ...textColumns('privilege', 'granted_on', 'name', 'granted_to', 'grantee_name', 'grant_option', 'granted_by'),
  ];
  const rows = grants
    .list()
    .filter((grant) => grant.role === role)
    .map(({ granted }) => {
      const kind = granted.includes('.') ? 'DATABASE_ROLE' : 'ROLE';
      return [timestamp(CREATED_MS), 'USAGE', kind, granted, 'ROLE', role, 'false', ''];
    });
  return { table: { columns, rows } };
}

export function showGrantsToUser(user: string, { account: { grants, settings } }: Session): Outcome {
  if (user !== settings.user) return { failure: failSql('object-missing', { name: user }) };
  const rows = grants.rolesOfUser.map((role) => [timestamp(CREATED_MS), role, 'USER', user, 'SECURITYADMIN']);
  return { table: { columns: [CREATED, ...textColumns('role', 'granted_to', 'grantee_name', 'granted_by')], rows } };
}

export function showGrantsOf(granted: string, { account: { grants } }: Session): Outcome {
  const rows = grants
    .list()
    .filter((grant) => grant.granted === granted)
    .map(({ role }) => [timestamp(CREATED_MS), granted, 'ROLE', role, '']);
  return { table: { columns: [CREATED, ...textColumns('role', 'granted_to', 'grantee_name', 'granted_by')], rows } };
}
