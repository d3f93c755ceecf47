import { verify } from 'node:crypto';
import { isObject, type Json } from '../../ir/json.ts';
import type { RegisteredKey } from './public-key.ts';

/** "Valid for at most one hour after the token is issued, even if you specify a longer expiration time." */
const LONGEST_LIFE_SECONDS = 3600;
/** How far in the future `iat` may be. Snowflake does not say. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** `<ACCOUNT>.<USER>.SHA256:<fingerprint of the public key>` */
const ISSUER = /^(([A-Z0-9_-]+)\.(.+))\.(SHA256:[A-Za-z0-9+/]{43}=)$/;

interface Judge {
  /** Judges the dates. */
  nowMs: number;
  /** The account that must be named; any when absent. */
  account?: string;
  /** The keys of a user, or undefined when no user is registered and signatures are taken on trust. */
  keysOf?: (user: string) => readonly RegisteredKey[];
}

/** Whether Snowflake would take this key-pair token: form, claims, dates, and the signature of a registered key. */
export function isGoodKeyPairToken(token: string, { nowMs, account, keysOf }: Judge): boolean {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = decodeSegment(head);
  const claims = decodeSegment(body);
  if (more.length > 0 || !isObject(header) || header.alg !== 'RS256' || !isObject(claims)) return false;
  const { iss, sub, iat, exp } = claims;
  if (typeof iss !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') return false;
  const [, subject, named, user = '', fingerprint] = ISSUER.exec(iss) ?? [];
  if (subject === undefined || subject !== sub || (account !== undefined && named !== account.toUpperCase()))
    return false;
  if (!isInTime(toSeconds(iat), toSeconds(exp), nowMs / 1000)) return false;
  if (keysOf === undefined) return user === user.toUpperCase();
  const registered = keysOf(user).find((key) => key.fingerprint === fingerprint);
  return (
    registered !== undefined &&
    verify('RSA-SHA256', Buffer.from(`${head}.${body}`), registered.key, Buffer.from(signature, 'base64url'))
  );
}

function isInTime(issuedAt: number, expiresAt: number, now: number): boolean {
  const end = Math.min(expiresAt, issuedAt + LONGEST_LIFE_SECONDS);
  return issuedAt <= now + CLOCK_TOLERANCE_SECONDS && now < end && expiresAt > issuedAt;
}

/** Snowflake takes seconds and milliseconds. */
function toSeconds(date: number): number {
  return date > 1e11 ? date / 1000 : date;
}

function decodeSegment(segment: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString()) as Json;
  } catch {
    return undefined;
  }
}
