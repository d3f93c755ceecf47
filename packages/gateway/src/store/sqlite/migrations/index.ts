import { responses } from './0001-responses.ts';
import { exchanges } from './0002-exchanges.ts';

/** In order; a migration that has landed is never edited. */
export const MIGRATIONS: readonly string[] = [responses, exchanges];
