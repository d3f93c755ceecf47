import type { JsonEdit } from '../../kit/json-edit.ts';
import type { JsonView } from '../../kit/json-view.ts';
import type { Note } from '../../ir/note.ts';
import type { AnswerPlan } from './answer-plan.ts';
import type { MessagesView } from './messages-view.ts';
import { everywhere, type Splice, type SpliceTarget } from './splice.ts';

const KNOWN_DISPLAYS = new Set(['summarized', 'omitted']);
const FIELDS: Record<string, ReadonlySet<string>> = {
  adaptive: new Set(['type', 'display']),
  enabled: new Set(['type', 'budget_tokens', 'display']),
};
const CONFIG_FIELDS = new Set(['effort', 'format']);

/** `thinking` in the form this model takes, and `output_config.effort` in words that it knows. */
export const thinkingForms: Splice = {
  id: 'thinking-forms',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#thinking-kind-by-model',
  applies: everywhere,
  edit(view, target, plan) {
    const thinking = view.field('thinking');
    const shown = thinking === undefined || plan.thinking !== 'own' ? [] : editOwn(thinking, target);
    const replaced: JsonEdit[] =
      view.root.get('thinking') === undefined || plan.thinking === 'own'
        ? []
        : [plan.thinking === undefined ? removal('thinking') : { path: ['thinking'], set: plan.thinking }];
    return {
      edits: [...replaced, ...shown, ...editConfig(view, plan.effort)],
      notes: [
        ...plan.notes.filter(({ path }) => path !== 'max_tokens'),
        ...noteSwitch(thinking, plan.thinking !== undefined),
        ...noteDisplay(shown),
        ...noteEffort(view, plan),
      ],
    };
  },
};

/** From Opus 4.7 on models know `display`; older ones tell their thoughts anyway. */
function editOwn(thinking: JsonView, { capabilities }: SpliceTarget): JsonEdit[] {
  const display = thinking.get('display');
  const known = FIELDS[thinking.textOf('type') ?? ''] ?? new Set();
  const strangers = thinking.keys().filter((key) => !known.has(key));
  const edits = strangers.map((key): JsonEdit => ({ path: ['thinking', key], remove: true }));
  if (display === undefined) return edits;
  if (capabilities.sampling) return [...edits, { path: ['thinking', 'display'], remove: true }];
  return KNOWN_DISPLAYS.has(display.text() ?? '')
    ? edits
    : [...edits, { path: ['thinking', 'display'], set: 'summarized' }];
}

function editConfig(view: MessagesView, effort: string | undefined): JsonEdit[] {
  const config = view.field('output_config');
  const path = ['output_config', 'effort'];
  const asked = config?.get('effort');
  if (config === undefined || asked === undefined) return effort === undefined ? [] : [{ path, set: effort }];
  const kept = config.keys().filter((key) => CONFIG_FIELDS.has(key) && (key !== 'effort' || effort !== undefined));
  if (kept.length === 0) return [removal('output_config')];
  const strangers = config.keys().filter((key) => !CONFIG_FIELDS.has(key));
  return [
    ...strangers.map((key): JsonEdit => ({ path: ['output_config', key], remove: true })),
    ...(effort === undefined
      ? [{ path, remove: true as const }]
      : asked.text() === effort
        ? []
        : [{ path, set: effort }]),
  ];
}

function noteSwitch(thinking: JsonView | undefined, thinks: boolean): Note[] {
  if (thinking?.textOf('type') !== 'disabled' || thinks) return [];
  const because = 'Cortex does not take this form, and Claude thinks when it is asked to';
  return [{ code: 'dropped', path: 'thinking', because, harmless: true }];
}

function noteDisplay(edits: JsonEdit[]): Note[] {
  if (!edits.some(({ path }) => path.at(-1) === 'display')) return [];
  const because =
    'Cortex does not know this way to show thoughts for this model, so they are told as it does by itself';
  return [{ code: 'coerced', path: 'thinking.display', because, harmless: true }];
}

function noteEffort(view: MessagesView, { effort, thinking }: AnswerPlan): Note[] {
  if (effort !== undefined || view.field('output_config')?.get('effort') === undefined) return [];
  const path = 'output_config.effort';
  if (typeof thinking === 'object') {
    const because = 'this model takes a budget of tokens instead';
    return [{ code: 'coerced', path, because, harmless: true }];
  }
  return [{ code: 'dropped', path, because: 'this model does not take an effort' }];
}

function removal(field: string): JsonEdit {
  return { path: [field], remove: true };
}
