import type { Delta } from '../../ir/event.ts';
import { parseObject } from '../../ir/json.ts';
import type { ToolCallPart } from '../../ir/request.ts';
import { BUILT_IN_TOOLS, type BuiltIn } from './built-in-tools.ts';
import type { GrowingItem, Output, PartWriter, Place } from './output.ts';
import type { DeclaredTool } from './tool-table.ts';
import type { ItemStatus, OutputItem, ResponseEvent } from './wire.ts';

type Called = Pick<ToolCallPart, 'id' | 'name' | 'freeform'>;

/** A call under the name, namespace and kind that the client declared its tool with. */
export function openCall(
  output: Output,
  part: Called,
  tool: DeclaredTool | undefined,
): { writer: PartWriter; events: ResponseEvent[] } {
  if (tool !== undefined && tool.kind !== 'function' && tool.kind !== 'custom') {
    return { writer: new BuiltInCallWriter(output, part, tool.kind), events: [] };
  }
  const isCustom = part.freeform === true || tool?.kind === 'custom';
  const call = new Call(part.id, tool?.ownName ?? part.name, tool?.namespace, isCustom);
  const events = output.add(isCustom ? 'custom_tool_call' : 'function_call', (place) => call.at(place));
  return { writer: new CallWriter(output, call), events };
}

class CallWriter implements PartWriter {
  readonly #output: Output;
  readonly #call: Call;

  constructor(output: Output, call: Call) {
    this.#output = output;
    this.#call = call;
  }

  take(delta: Delta): ResponseEvent[] {
    if (!('args' in delta) || delta.args === '') return [];
    return [this.#call.say(delta.args)];
  }

  close(): ResponseEvent[] {
    // Clients parse the arguments of a call that has none too: "" is not JSON.
    const empty = this.#call.args === '' && !this.#call.isCustom ? [this.#call.say('{}')] : [];
    return [...empty, this.#call.done(), ...this.#output.close(this.#call.place)];
  }
}

class Call implements GrowingItem {
  readonly isCustom: boolean;
  readonly #id: string;
  readonly #called: { name: string; namespace?: string };
  place: Place = { item_id: '', output_index: 0 };
  args = '';

  constructor(id: string, name: string, namespace: string | undefined, isCustom: boolean) {
    this.#id = id;
    this.#called = { name, ...(namespace === undefined ? {} : { namespace }) };
    this.isCustom = isCustom;
  }

  at(place: Place): this {
    this.place = place;
    return this;
  }

  say(delta: string): ResponseEvent {
    this.args += delta;
    return this.isCustom
      ? { type: 'response.custom_tool_call_input.delta', ...this.place, delta }
      : { type: 'response.function_call_arguments.delta', ...this.place, delta };
  }

  done(): ResponseEvent {
    return this.isCustom
      ? { type: 'response.custom_tool_call_input.done', ...this.place, input: this.args }
      : { type: 'response.function_call_arguments.done', ...this.place, name: this.#called.name, arguments: this.args };
  }

  snapshot(status: ItemStatus): OutputItem {
    const call = { id: this.place.item_id, call_id: this.#id, ...this.#called };
    return this.isCustom
      ? { type: 'custom_tool_call', ...call, input: this.args, status }
      : { type: 'function_call', ...call, arguments: this.args, status };
  }
}

/** OpenAI tells such a call whole; arguments that do not keep to the schema are told as a call of a function. */
class BuiltInCallWriter implements PartWriter {
  readonly #output: Output;
  readonly #part: Called;
  readonly #kind: BuiltIn;
  #args = '';

  constructor(output: Output, part: Called, kind: BuiltIn) {
    this.#output = output;
    this.#part = part;
    this.#kind = kind;
  }

  take(delta: Delta): ResponseEvent[] {
    if ('args' in delta) this.#args += delta.args;
    return [];
  }

  close(): ResponseEvent[] {
    const call = (place: Place, status: ItemStatus) =>
      BUILT_IN_TOOLS[this.#kind].writeCall(parseObject(this.#args) ?? {}, {
        id: place.item_id,
        call_id: this.#part.id,
        status,
      });
    const whole = call({ item_id: '', output_index: 0 }, 'completed');
    if (whole === undefined) return this.#closeAsFunction();
    let at: Place = { item_id: '', output_index: 0 };
    const added = this.#output.add(whole.type, (place) => {
      at = place;
      return { snapshot: (status) => call(place, status) ?? whole };
    });
    return [...added, ...this.#output.close(at)];
  }

  #closeAsFunction(): ResponseEvent[] {
    const { writer, events } = openCall(this.#output, this.#part, undefined);
    return [...events, ...writer.take({ args: this.#args }), ...writer.close()];
  }
}
