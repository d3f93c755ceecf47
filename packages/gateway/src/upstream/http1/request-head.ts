import { TransportError } from './transport-error.ts';

/** What a head is made from. */
interface RequestFacts {
  method: 'GET' | 'POST';
  /** Of a URL: path and query, as they may stand in a request line. */
  path: string;
  /** Unless the headers name another. */
  host: string;
  headers: Record<string, string>;
  /** 0 without a body. */
  bodyBytes: number;
  /** The connection shall end with the answer. */
  closes: boolean;
}

interface RequestHead {
  /** As latin1, to its empty line. */
  text: string;
  /** As asked, or because the headers ask for it. */
  closes: boolean;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
/** How a message ends is nobody else's to say: where two words on it disagree, one message becomes two. */
const OWN_NAMES = new Set(['content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect']);
const MOST_KNOWN_NAMES = 512;

type Part = 'field' | 'host' | 'connection';
/** What names stand for, by how they were written. */
const knownNames = new Map<string, Part>();

/** @throws TransportError for a header that would not arrive as that one header */
export function writeRequestHead({ method, path, host, headers, bodyBytes, closes }: RequestFacts): RequestHead {
  let fields = '';
  let ownHost = host;
  let ends = closes;
  for (const name of Object.keys(headers)) {
    const value = headers[name]!;
    const part = knownNames.get(name) ?? partOf(name);
    if (FORBIDDEN.test(value)) throw invalid(`the value of ${name} has characters that no header has`);
    if (part === 'field') fields += `${name}: ${value}\r\n`;
    else if (part === 'host') ownHost = value;
    else ends ||= /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i.test(value);
  }
  const connection = ends ? 'close' : 'keep-alive';
  const length = bodyBytes === 0 && method === 'GET' ? '' : `content-length: ${bodyBytes}\r\n`;
  const text = `${method} ${path} HTTP/1.1\r\nhost: ${ownHost}\r\nconnection: ${connection}\r\n${fields}${length}\r\n`;
  return { text, closes: ends };
}

/** @throws TransportError */
function partOf(name: string): Part {
  if (!NAME.test(name)) throw invalid(`${JSON.stringify(name)} is no name of a header`);
  const lower = name.toLowerCase();
  if (OWN_NAMES.has(lower)) throw invalid(`${lower} is set by the transport alone`);
  const part = lower === 'host' || lower === 'connection' ? lower : 'field';
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(name, part);
  return part;
}

function invalid(what: string): TransportError {
  return new TransportError('REQUEST_HEAD_INVALID', what);
}
