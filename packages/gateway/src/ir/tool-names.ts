/** Tools under names that every upstream takes. OpenAI and Anthropic refuse the same ones. */
import { fingerprint } from './fingerprint.ts';
import type { GenerateRequest } from './request.ts';

const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;
const LONGEST_READABLE = 52;

/** The name of a tool on the wire: itself, or for one that upstreams refuse a legal name made of it, the same every time. */
export function toolNameOnWire(name: string): string {
  if (LEGAL.test(name)) return name;
  return `${name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST_READABLE)}_${fingerprint(name)}`;
}

/** How the reader gets the client's names back: wire name → client's name, for those that differ. */
export function renamedTools(request: GenerateRequest): Map<string, string> {
  const names = request.tools.map((tool) => [toolNameOnWire(tool.name), tool.name] as const);
  return new Map(names.filter(([wire, name]) => wire !== name));
}
