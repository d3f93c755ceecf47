import { describe, expect, test } from 'vitest';
import { OPUS_4_6, OPUS_4_7, SONNET_4_5 } from '../../../test/messages/claude.ts';
import { changes, splice, TOOL } from '../../../test/messages/splice.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';

describe('thinking', () => {
  const adaptive = { type: 'adaptive' };
  const enabled = (budget: number): JsonObject => ({ type: 'enabled', budget_tokens: budget });

  test.each<[string, JsonObject, ModelCapabilities, JsonObject, string[]]>([
    ['a form that the model takes stays', { thinking: enabled(2_048) }, SONNET_4_5, {}, []],
    ['either form on 4.6', { thinking: enabled(2_048) }, OPUS_4_6, {}, []],
    [
      'adaptive stays',
      { thinking: { ...adaptive, display: 'omitted' }, output_config: { effort: 'high' } },
      OPUS_4_7,
      {},
      [],
    ],
    [
      'adaptive becomes a budget',
      { thinking: adaptive, output_config: { effort: 'low' } },
      SONNET_4_5,
      { thinking: enabled(1_024), output_config: null },
      ['coerced output_config.effort harmless'],
    ],
    [
      'a budget becomes adaptive',
      { thinking: enabled(2_048) },
      OPUS_4_7,
      { thinking: { ...adaptive, display: 'summarized' }, output_config: { effort: 'medium' } },
      [],
    ],
    [
      'a budget as large as the limit',
      { thinking: enabled(4_096) },
      SONNET_4_5,
      { thinking: enabled(3_072) },
      ['coerced thinking.budget_tokens'],
    ],
    [
      'disabled',
      { thinking: { type: 'disabled' }, temperature: 1 },
      SONNET_4_5,
      { thinking: null },
      ['dropped thinking harmless'],
    ],
    [
      'disabled where the model decides',
      { thinking: { type: 'disabled' } },
      OPUS_4_7,
      { thinking: null, output_config: { effort: 'low' } },
      ['coerced thinking harmless', 'dropped thinking harmless'],
    ],
    [
      'an unknown way to show it',
      { thinking: { ...adaptive, display: 'updates' } },
      OPUS_4_7,
      { thinking: { ...adaptive, display: 'summarized' } },
      ['coerced thinking.display harmless'],
    ],
    [
      'a way to show it before 4.7',
      { thinking: { ...enabled(2_048), display: 'omitted' } },
      SONNET_4_5,
      { thinking: enabled(2_048) },
      ['coerced thinking.display harmless'],
    ],
    [
      'an effort too strong',
      { thinking: adaptive, output_config: { effort: 'xhigh' } },
      OPUS_4_6,
      { output_config: { effort: 'high' } },
      ['coerced output_config.effort'],
    ],
    ['an effort alone', { output_config: { effort: 'high' } }, OPUS_4_7, {}, []],
    [
      'an effort where there is none',
      { output_config: { effort: 'high' } },
      SONNET_4_5,
      { output_config: null },
      ['dropped output_config.effort'],
    ],
    [
      'beside a forced call',
      { thinking: enabled(2_048), tools: [TOOL], tool_choice: { type: 'any' } },
      SONNET_4_5,
      { thinking: null },
      ['dropped thinking'],
    ],
    [
      'without sense',
      { thinking: enabled(2_048), max_tokens: 100 },
      SONNET_4_5,
      { max_tokens: 2_048, thinking: enabled(1_024) },
      ['coerced max_tokens', 'coerced thinking.budget_tokens'],
    ],
  ])('%s', (_, fields, capabilities, changed, notes) => {
    expect(changes(fields, capabilities)).toEqual([changed, notes]);
  });

  test('an unknown form is refused by name', () => {
    expect(() => splice({ thinking: { type: 'maybe' } })).toThrow('"thinking.type" must be one of');
  });
});
