import { responses } from './0001-responses.ts';
import { exchanges } from './0002-exchanges.ts';
import { exchangeCourse } from './0003-exchange-course.ts';
import { responseChains } from './0004-response-chains.ts';

/** In order; a migration that has landed is never edited. */
export const MIGRATIONS: readonly string[] = [responses, exchanges, exchangeCourse, responseChains];
