/** Who may call Cortex: account roles, the database roles granted to them, and the roles of the one user. */

/** Opens all of Cortex, its SQL functions too; granted to PUBLIC in a new account. */
const CORTEX_USER = 'SNOWFLAKE.CORTEX_USER';
/** Opens the REST API alone; granted to nobody. */
const REST_API_USER = 'SNOWFLAKE.CORTEX_REST_API_USER';

export class Grants {
  /** Account roles with the roles granted to them, of both kinds. */
  readonly #roles = new Map<string, Set<string>>([
    ['PUBLIC', new Set(['SNOWFLAKE.CORTEX_USER'])],
    ['SANDBOX_ROLE', new Set(['SNOWFLAKE.USAGE_VIEWER'])],
    ['SYSADMIN', new Set()],
    ['ACCOUNTADMIN', new Set(['SYSADMIN', 'SNOWFLAKE.USAGE_VIEWER'])],
  ]);
  readonly #rolesOfUser = new Set(['PUBLIC', 'SANDBOX_ROLE', 'ACCOUNTADMIN']);

  /** `role ← granted`, for every direct grant. */
  list(): { role: string; granted: string }[] {
    return Array.from(this.#roles).flatMap(([role, all]) => Array.from(all, (granted) => ({ role, granted })));
  }

  /** The roles the user may take. */
  get rolesOfUser(): readonly string[] {
    return [...this.#rolesOfUser];
  }

  isRole(role: string): boolean {
    return this.#roles.has(role.toUpperCase());
  }

  /** Creates the role when there is none of this name. */
  grant(granted: string, role: string): void {
    const name = role.toUpperCase();
    const all = this.#roles.get(name) ?? new Set();
    all.add(granted.toUpperCase());
    this.#roles.set(name, all);
  }

  revoke(granted: string, role: string): void {
    this.#roles.get(role.toUpperCase())?.delete(granted.toUpperCase());
  }

  grantToUser(role: string): void {
    if (!this.#roles.has(role.toUpperCase())) this.#roles.set(role.toUpperCase(), new Set());
    this.#rolesOfUser.add(role.toUpperCase());
  }

  revokeFromUser(role: string): void {
    this.#rolesOfUser.delete(role.toUpperCase());
  }

  /** Whether the user may take the role, and it opens the REST API, directly, through another role or through PUBLIC. */
  mayCallCortex(role: string): boolean {
    return this.#holds(role, CORTEX_USER) || this.#holds(role, REST_API_USER);
  }

  /** The same of Cortex's functions in SQL. */
  mayCallFunctions(role: string): boolean {
    return this.#holds(role, CORTEX_USER);
  }

  #holds(role: string, databaseRole: string): boolean {
    const name = role.toUpperCase();
    if (!this.#rolesOfUser.has(name)) return false;
    return this.#reach(name).has(databaseRole) || this.#reach('PUBLIC').has(databaseRole);
  }

  /** Whether the role sees SNOWFLAKE.ACCOUNT_USAGE. */
  mayReadUsage(role: string): boolean {
    return this.#reach(role.toUpperCase()).has('SNOWFLAKE.USAGE_VIEWER');
  }

  #reach(role: string, seen = new Set<string>()): Set<string> {
    if (seen.has(role)) return seen;
    seen.add(role);
    for (const granted of this.#roles.get(role) ?? []) this.#reach(granted, seen);
    return seen;
  }
}
