import { isObject, type Json, type JsonObject } from '../ir/json.ts';
import type { Span } from './json-scan.ts';
import type { JsonPath, JsonView } from './json-view.ts';

/** One change. A field that is set where there is none is added at the end of its object. */
export type JsonEdit = { path: JsonPath; set: Json } | { path: JsonPath; remove: true };

/** What is to become of one value: it is set or removed, or something inside it changes. */
interface Plan {
  set?: Json;
  remove?: true;
  inner: Map<string | number, Plan>;
}

interface Splice {
  start: number;
  end: number;
  text: string;
}

/**
 * The bytes with these changes and every other byte as it was. All paths are those of the bytes as they
 * came, so removing one element does not move the next. The last of several edits of one path counts;
 * an edit inside a value that another one sets or removes has no effect, and so has the removal of
 * what is not there. The very same buffer comes back when nothing changes.
 * @throws GatewayError `invalid-request` when the bytes on the way to a change are not well-formed
 */
export function editJson(root: JsonView, edits: readonly JsonEdit[]): Buffer {
  const plan: Plan = { inner: new Map() };
  for (const edit of edits) enter(plan, edit);
  const splices = spliceValue(root, plan).toSorted((left, right) => left.start - right.start);
  if (splices.length === 0) return root.bytes;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of splices) {
    pieces.push(root.bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  pieces.push(root.bytes.subarray(at));
  return Buffer.concat(pieces);
}

function enter(root: Plan, edit: JsonEdit): void {
  let plan = root;
  for (const step of edit.path) {
    const next: Plan = plan.inner.get(step) ?? { inner: new Map() };
    plan.inner.set(step, next);
    plan = next;
  }
  delete plan.set;
  delete plan.remove;
  if ('remove' in edit) plan.remove = true;
  else plan.set = edit.set;
}

function spliceValue(view: JsonView, plan: Plan): Splice[] {
  const { start, end } = view;
  if (plan.set !== undefined) return [{ start, end, text: JSON.stringify(plan.set) }];
  if (plan.inner.size === 0) return [];
  if (view.isObject) return spliceObject(view, plan);
  if (view.isArray) return spliceArray(view, plan);
  const built = build(plan);
  return built === undefined ? [] : [{ start, end, text: JSON.stringify(built) }];
}

function spliceObject(view: JsonView, { inner }: Plan): Splice[] {
  const members = Array.from(view.members());
  const extents = members.map(([, { keyStart, value }]): Span => [keyStart, value.end]);
  const removed = members.map(([key]) => inner.get(key)?.remove === true);
  const changed = members.flatMap(([key, { value }], index) => {
    const plan = inner.get(key);
    return plan === undefined || removed[index] === true ? [] : spliceValue(value, plan);
  });
  const added = Array.from(inner).flatMap(([key, plan]): string[] => {
    const value = view.members().has(String(key)) ? undefined : build(plan);
    return value === undefined ? [] : [`${JSON.stringify(String(key))}:${JSON.stringify(value)}`];
  });
  if (added.length > 0) {
    const at = extents.at(-1)?.[1] ?? view.start + 1;
    const comma = removed.every(Boolean) ? '' : ',';
    changed.push({ start: at, end: at, text: comma + added.join(',') });
  }
  return [...cutOut(extents, removed), ...changed];
}

function spliceArray(view: JsonView, { inner }: Plan): Splice[] {
  const items = view.items();
  const extents = items.map(({ start, end }): Span => [start, end]);
  const removed = items.map((_, index) => inner.get(index)?.remove === true);
  const changed = items.flatMap((item, index) => {
    const plan = inner.get(index);
    return plan === undefined || removed[index] === true ? [] : spliceValue(item, plan);
  });
  return [...cutOut(extents, removed), ...changed];
}

/** Each takes the comma before it along, or the one after it where nothing before it stays. */
function cutOut(extents: readonly Span[], removed: readonly boolean[]): Splice[] {
  const firstKept = removed.indexOf(false);
  return extents.flatMap(([start, end], index): Splice[] => {
    if (removed[index] !== true) return [];
    const keptBefore = firstKept !== -1 && firstKept < index;
    if (keptBefore) return [{ start: extents[index - 1]![1], end, text: '' }];
    return [{ start, end: extents[index + 1]?.[0] ?? end, text: '' }];
  });
}

/** The value that the plan's sets make where there is none yet. */
function build(plan: Plan): Json | undefined {
  if (plan.set !== undefined) return plan.set;
  const entries = Array.from(plan.inner).flatMap(([key, inner]): [string, Json][] => {
    const value = build(inner);
    return value === undefined || typeof key === 'number' ? [] : [[key, value]];
  });
  const built: JsonObject = Object.fromEntries(entries);
  return isObject(built) && entries.length > 0 ? built : undefined;
}
