/**
 * The tools a body declares, wherever it does: in `tools`, in `additional_tools` items (Codex's form for
 * OpenAI's newest models) and in the results of a tool search; each by itself or inside a namespace.
 * Reader and writer both make the table from the body, so that a call finds its way back to the tool.
 */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { type BuiltIn, isBuiltIn } from './built-in-tools.ts';

export interface DeclaredTool {
  /** What the model knows it as: unique in the table. */
  name: string;
  kind: 'function' | 'custom' | BuiltIn;
  /** As the client declared it, the name inside its namespace. */
  ownName: string;
  namespace?: string;
  /** What the client says of the namespace, on the first tool in it. */
  namespaceDescription?: string;
  definition: JsonObject;
  /** Where in the body: `tools[2]`, `input[0].tools[1].tools[0]`. */
  path: string;
}

/** A tool that OpenAI's servers run, or a kind that nobody here knows. */
export interface HostedTool {
  type: string;
  path: string;
}

interface Namespace {
  name: string;
  description: Json | undefined;
}

/** The namespace that stands for none: OpenAI's models know every plain function as `functions.name`. */
const PLAIN_NAMESPACE = 'functions';

export class ToolTable {
  readonly #byKey = new Map<string, DeclaredTool>();
  readonly #byName = new Map<string, DeclaredTool>();
  readonly hosted: HostedTool[] = [];
  /** Paths of the namespaces. */
  readonly namespaces: string[] = [];
  /** What is no declaration at all; the reader refuses the first. */
  readonly malformed: { path: string; must: string }[] = [];

  constructor(body: JsonObject) {
    this.#readList(body.tools, 'tools');
    const items = Array.isArray(body.input) ? body.input : [];
    for (const [index, item] of items.entries()) {
      if (isObject(item) && DECLARING_ITEMS.has(item.type)) this.#readList(item.tools, `input[${index}].tools`);
    }
  }

  get tools(): DeclaredTool[] {
    return [...this.#byName.values()];
  }

  /** The tool that the model knows by this name. */
  find(name: string): DeclaredTool | undefined {
    return this.#byName.get(name);
  }

  /**
   * The tool that the client calls so. Some clients lose the namespace of a call on the way: a name that
   * only one tool has is understood without it.
   */
  lookUp(ownName: string, namespace?: string): DeclaredTool | undefined {
    const exact = this.#byKey.get(keyOf(ownName, namespace));
    if (exact !== undefined || namespace !== undefined) return exact;
    const candidates = this.tools.filter((tool) => tool.ownName === ownName);
    return candidates.length === 1 ? candidates[0] : undefined;
  }

  /** What the model knows a call of the history by, also when its tool is no longer declared. */
  nameOf(ownName: string, namespace?: string): string {
    return this.lookUp(ownName, namespace)?.name ?? joinNames(ownName, namespace);
  }

  #readList(value: Json | undefined, path: string, namespace?: Namespace): void {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) {
      this.malformed.push({ path, must: 'must be an array' });
      return;
    }
    for (const [index, definition] of value.entries()) {
      if (isObject(definition)) this.#read(definition, `${path}[${index}]`, namespace);
      else this.malformed.push({ path: `${path}[${index}]`, must: 'must be an object' });
    }
  }

  #read(definition: JsonObject, path: string, namespace: Namespace | undefined): void {
    const { type, name, description } = definition;
    if (type === 'namespace') {
      this.namespaces.push(path);
      const outer = typeof name === 'string' ? { name, description } : undefined;
      this.#readList(definition.tools, `${path}.tools`, outer);
    } else if (isBuiltIn(type) && !runsAtOpenai(definition)) {
      this.#declare({ kind: type, ownName: type, definition, path });
    } else if (type === 'custom') {
      const own = isObject(definition.custom) ? { ...definition, ...definition.custom } : definition;
      this.#declareNamed('custom', own, path, namespace);
    } else if (isFunction(definition)) {
      const own = isObject(definition.function) ? { ...definition, ...definition.function } : definition;
      this.#declareNamed('function', own, path, namespace);
    } else {
      this.hosted.push({ type: typeof type === 'string' ? type : '', path });
    }
  }

  #declareNamed(
    kind: 'function' | 'custom',
    definition: JsonObject,
    path: string,
    namespace: Namespace | undefined,
  ): void {
    if (typeof definition.name !== 'string' || definition.name === '') {
      this.malformed.push({ path: `${path}.name`, must: 'must be a non-empty string' });
      return;
    }
    const ownName = definition.name;
    if (namespace === undefined) {
      this.#declare({ kind, ownName, definition, path });
      return;
    }
    const { name, description } = namespace;
    const first = path.endsWith('.tools[0]') && typeof description === 'string' && description !== '';
    this.#declare({
      kind,
      ownName,
      definition,
      path,
      namespace: name,
      ...(first ? { namespaceDescription: description } : {}),
    });
  }

  /** A tool that is declared again (agents repeat their `additional_tools`) replaces the earlier one. */
  #declare(tool: Omit<DeclaredTool, 'name'>): void {
    const key = keyOf(tool.ownName, tool.namespace);
    const name = this.#byKey.get(key)?.name ?? this.#freeName(tool.ownName, tool.namespace);
    const declared = { ...tool, name };
    this.#byKey.set(key, declared);
    this.#byName.set(name, declared);
  }

  #freeName(ownName: string, namespace: string | undefined): string {
    const joined = joinNames(ownName, namespace);
    if (!this.#byName.has(joined)) return joined;
    let number = 2;
    while (this.#byName.has(`${joined}_${number}`)) number += 1;
    return `${joined}_${number}`;
  }
}

const DECLARING_ITEMS: ReadonlySet<unknown> = new Set(['additional_tools', 'tool_search_output']);

function joinNames(ownName: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === PLAIN_NAMESPACE ? ownName : `${namespace}__${ownName}`;
}

function keyOf(ownName: string, namespace: string | undefined): string {
  return `${namespace ?? ''}\n${ownName}`;
}

/** Also without a type and in the nested form of chat completions, which some clients send here. */
function isFunction({ type, name, function: nested }: JsonObject): boolean {
  if (type === 'function') return true;
  return (type === undefined || type === null) && (typeof name === 'string' || isObject(nested));
}

/** A shell in a container of OpenAI's, a search among what OpenAI holds; only what the client does can be offered. */
function runsAtOpenai({ type, environment, execution }: JsonObject): boolean {
  if (type === 'tool_search') return execution !== 'client';
  return isObject(environment) && environment.type !== 'local';
}
