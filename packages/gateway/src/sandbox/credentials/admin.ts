/** What an administrator does to credentials, under paths that Snowflake does not have. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { SandboxReply } from '../surface.ts';
import type { CredentialStore } from './store.ts';

export const ADMIN_PATH = '/sandbox/credentials';

type Order = (body: JsonObject, store: CredentialStore) => JsonObject;

const ORDERS: Readonly<Record<string, Order>> = {
  /** `{name, publicKey, publicKey2?}` */
  '/users': (body, store) => {
    const publicKey2 = text(body, 'publicKey2', true);
    store.setUser(text(body, 'name'), {
      publicKey: text(body, 'publicKey'),
      ...(publicKey2 === '' ? {} : { publicKey2 }),
    });
    return store.describe();
  },
  /** `{name}` */
  '/users/remove': (body, store) => {
    if (!store.removeUser(text(body, 'name'))) throw new Error(`There is no user "${text(body, 'name')}".`);
    return store.describe();
  },
  /** `{secret, expiresInSeconds?, role?, networkPolicy?}` */
  '/tokens': (body, store) => {
    const { expiresInSeconds, networkPolicy } = body;
    const role = text(body, 'role', true);
    store.addToken(text(body, 'secret'), {
      ...(typeof expiresInSeconds === 'number' ? { expiresInSeconds } : {}),
      ...(role === '' ? {} : { role }),
      ...(typeof networkPolicy === 'boolean' ? { networkPolicy } : {}),
    });
    return store.describe();
  },
  /** `{lifeSeconds?}`, answers with the session and its master token */
  '/sessions': ({ lifeSeconds }, store) => ({
    ...store.openSession(typeof lifeSeconds === 'number' ? lifeSeconds : undefined),
  }),
  /** `{token}`, of any kind */
  '/revoke': (body, store) => {
    store.revoke(text(body, 'token'));
    return store.describe();
  },
  /** `{token}`, of any kind that was registered or issued */
  '/expire': (body, store) => {
    if (!store.expire(text(body, 'token'))) throw new Error('No token like this was registered or issued here.');
    return store.describe();
  },
};

/** Carries out one order. What is wrong with it is a 400 with a sentence. */
export function answerCredentialOrder(
  method: string,
  pathname: string,
  body: unknown,
  store: CredentialStore,
): SandboxReply {
  const path = pathname.slice(ADMIN_PATH.length);
  if (method === 'GET' && path === '') return { kind: 'json', status: 200, body: store.describe() };
  const order = Object.hasOwn(ORDERS, path) ? ORDERS[path] : undefined;
  if (order === undefined || method !== 'POST') {
    const known = Object.keys(ORDERS).map((name) => `POST ${ADMIN_PATH}${name}`);
    return {
      kind: 'json',
      status: 404,
      body: { message: `The sandbox takes ${known.join(', ')} and GET ${ADMIN_PATH}.` },
    };
  }
  try {
    return { kind: 'json', status: 200, body: order(isObject(body) ? body : {}, store) };
  } catch (cause) {
    return { kind: 'json', status: 400, body: { message: cause instanceof Error ? cause.message : String(cause) } };
  }
}

function text(body: JsonObject, field: string, optional = false): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  if (value === undefined && optional) return '';
  throw new Error(`"${field}" must be text.`);
}
