/** Content in whichever of the three forms, block by block. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, TextPart } from '../../ir/request.ts';
import { readBlock, type Reading as BlockReading } from '../anthropic-messages/read-blocks.ts';
import { readPart } from '../openai-chat/content.ts';
import { invalid } from '../validate.ts';
import { isMessagesBlock } from './shape.ts';

/**
 * Reads `content`: a string, an array of blocks or parts (strings among them), null or absent. An empty
 * string and an empty array are no part at all.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readContent(value: Json | undefined, path: string, notes: Note[]): Part[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (!Array.isArray(value)) throw invalid(path, 'must be a string or an array of content blocks');
  return value.flatMap((block, index) => readAny(block, `${path}[${index}]`, notes));
}

/** Content that can only be text: of system and developer messages. */
export function readTextContent(value: Json | undefined, path: string, notes: Note[]): TextPart[] {
  return readContent(value, path, notes).map((part, index) => {
    if (part.kind !== 'text') throw invalid(`${path}[${index}].type`, 'must be "text" in a message of this role');
    return part;
  });
}

function readAny(block: Json, path: string, notes: Note[]): Part[] {
  if (!isMessagesBlock(block)) return [readPart(isObject(block) ? nestFile(block) : block, path, notes)];
  const reading: BlockReading = { notes, loadedTools: new Set() };
  if (block.type !== 'tool_result') return readBlock(block, path, reading);
  // What a result holds may be of any form too.
  const parts = readContent(block.content, `${path}.content`, notes);
  return readBlock({ ...block, content: [] }, path, reading).map((part) => ({ ...part, parts }));
}

/** A file as the Responses API has it, in chat's form. */
function nestFile(part: JsonObject): JsonObject {
  if (part.type !== 'input_file') return part;
  const { file_data, filename, ...rest } = part;
  return { ...rest, type: 'file', file: { file_data, filename } };
}
