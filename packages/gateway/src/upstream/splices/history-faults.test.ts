import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splice, TOOL, USER } from '../../../test/messages/splice.ts';

type Block = { type: 'tool_use' | 'tool_result'; id: string };
interface Turn {
  role: 'user' | 'assistant';
  blocks: Block[];
}

const ids = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
const loop: fc.Arbitrary<Turn[]> = fc.tuple(ids, fc.option(ids)).map(([calls, others]) => [
  { role: 'assistant', blocks: calls.map((id) => ({ type: 'tool_use', id })) },
  { role: 'user', blocks: (others ?? calls.toReversed()).map((id) => ({ type: 'tool_result', id })) },
]);

/** Every call of the whole history once, and its result, once, in the turn behind it: said plainly, and looked up from both sides. */
function isPaired(turns: Turn[]): boolean {
  const idsIn = (turn: Turn | undefined, type: Block['type']) =>
    (turn?.blocks ?? []).filter((block) => block.type === type).map(({ id }) => id);
  const calls = turns.flatMap((turn) => idsIn(turn, 'tool_use'));
  const answered = turns.every(
    (turn, index) =>
      idsIn(turn, 'tool_use').toSorted().join() ===
      idsIn(turns[index + 1], 'tool_result')
        .toSorted()
        .join(),
  );
  return answered && new Set(calls).size === calls.length;
}

it('a history keeps its bytes exactly where every call has its one result behind it', () => {
  fc.assert(
    fc.property(fc.array(loop, { maxLength: 3 }), (loops) => {
      const turns = loops.flat();
      const messages = turns.map(({ role, blocks }) => ({
        role,
        content: [
          ...blocks.map(({ type, id }) =>
            type === 'tool_use' ? { type, id, name: 'f', input: {} } : { type, tool_use_id: id, content: 'ok' },
          ),
          { type: 'text', text: 'so' },
        ],
      }));
      const spliced = splice({ tools: [TOOL], messages: [USER, ...messages] });
      expect(spliced === 'translate').toBe(!isPaired(turns));
    }),
    { numRuns: 500 },
  );
});
