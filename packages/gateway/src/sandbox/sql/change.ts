/** The statements by which an administrator mends an account: parameters and grants. */
import { crossRegionScopes } from '../regions.ts';
import { MODEL_NAMES } from '../model-table.ts';
import { isAdministrator, type Session } from './session.ts';
import { failSql } from './sql-errors.ts';
import { oneRow, type Outcome } from './table.ts';

const SCOPES = new Set(['DISABLED', 'GCP_GLOBAL', 'GCP_US', ...MODEL_NAMES.flatMap(crossRegionScopes)]);

const DONE: Outcome = {
  table: oneRow([{ column: { name: 'status', type: 'text' }, value: 'Statement executed successfully.' }]),
};

/** `value` is undefined for UNSET. */
export function setParameter(name: string, value: string | undefined, session: Session): Outcome {
  const { settings } = session.account;
  if (!isAdministrator(session)) {
    return { failure: failSql('no-privilege', { what: `account '${settings.name}'` }) };
  }
  if (name === 'CORTEX_ENABLED_CROSS_REGION') {
    const scopes = (value ?? 'DISABLED').toUpperCase().split(/\s*,\s*/);
    if (!scopes.every((scope) => SCOPES.has(scope))) {
      return { failure: failSql('parameter-value', { value: value ?? '', name }) };
    }
    session.account.settings = { ...settings, crossRegion: scopes.join(',') };
    return DONE;
  }
  if (name !== 'CORTEX_MODELS_ALLOWLIST') return { failure: failSql('object-missing', { name }) };
  session.account.settings = { ...settings, modelsAllowlist: value ?? 'All' };
  return DONE;
}

export function changeGrant(verb: 'GRANT' | 'REVOKE', granted: string, role: string, session: Session): Outcome {
  if (!isAdministrator(session)) {
    return { failure: failSql('no-privilege', { what: `database role '${granted}'` }) };
  }
  const { grants } = session.account;
  if (!grants.isRole(role)) return { failure: failSql('role-missing', { name: role }) };
  if (verb === 'GRANT') grants.grant(granted, role);
  else grants.revoke(granted, role);
  return DONE;
}
