// The contract's types, the gateway's schemas and the answers' schemas are the same: the compiler says so (`npm run check`).
import type {
  ErrorEnvelope,
  Exchange,
  ExchangePage,
  ExchangesQuery,
  ModelList,
  Status,
  Usage,
  UsageGrouping,
  UsageQuery,
} from '@couloir/sdk';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { exchangesQuery, usageQuery } from '../../src/http/admin/queries.ts';
import type { Grouping } from '../../src/usage/tally.ts';
import type * as answers from './answers.ts';

test('the gateway reads the queries of the contract', () => {
  expectTypeOf<z.output<typeof exchangesQuery>>().toEqualTypeOf<ExchangesQuery>();
  expectTypeOf<z.output<typeof usageQuery>>().toEqualTypeOf<UsageQuery>();
  expectTypeOf<Grouping>().toEqualTypeOf<UsageGrouping>();
});

test('the schemas that the answers are tested by are those of the contract', () => {
  expectTypeOf<z.output<typeof answers.status>>().toEqualTypeOf<Status>();
  expectTypeOf<z.output<typeof answers.modelList>>().toEqualTypeOf<ModelList>();
  expectTypeOf<z.output<typeof answers.exchange>>().toEqualTypeOf<Exchange>();
  expectTypeOf<z.output<typeof answers.exchangePage>>().toEqualTypeOf<ExchangePage>();
  expectTypeOf<z.output<typeof answers.usage>>().toEqualTypeOf<Usage>();
  expectTypeOf<z.output<typeof answers.errorEnvelope>>().toEqualTypeOf<ErrorEnvelope>();
});
