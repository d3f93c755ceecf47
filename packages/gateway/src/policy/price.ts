import type { Usage } from '../ir/usage.ts';
import { findChatModel } from '../upstream/catalogue.ts';
import type { Deployment } from '../upstream/deployment.ts';

/**
 * What an answer cost in US dollars: the operator's price where one is set, else the catalogue's.
 * Undefined when the model has no known price or the upstream reported no usage.
 */
export function costUsd(usage: Usage, deployment: Priced): number | undefined {
  const price = priceOf(deployment);
  if (price.input === undefined || price.output === undefined) return undefined;
  if (usage.input === undefined && usage.output === undefined) return undefined;
  const cacheWrites = (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
  return (
    (usage.input ?? 0) * price.input +
    (usage.cacheRead ?? 0) * (price.cacheRead ?? price.input) +
    cacheWrites * (price.cacheWrite ?? price.input) +
    (usage.output ?? 0) * price.output
  );
}

type Priced = Pick<Deployment, 'model' | 'price'>;
type Price = NonNullable<Deployment['price']>;

/** Of each deployment, looked up once. */
const PRICES = new WeakMap<Priced, Price>();

/** The operator's price where one is set, else the catalogue's, in US dollars per token. */
export function priceOf(deployment: Priced): Price {
  const known = PRICES.get(deployment);
  if (known !== undefined) return known;
  const price = { ...listedPrice(deployment.model), ...deployment.price };
  PRICES.set(deployment, price);
  return price;
}

/** The catalogue's price, in US dollars per token. */
function listedPrice(model: string): Price {
  const rates = findChatModel(model)?.price?.usdPerMillionTokens;
  return rates === undefined
    ? {}
    : Object.fromEntries(Object.entries(rates).map(([kind, usd]: [string, number]) => [kind, usd / 1e6]));
}

/** Dollars as a header or log shows them: up to nine decimals, no exponent. */
export function dollars(amount: number): string {
  return amount.toFixed(9).replace(/0+$/, '').replace(/\.$/, '');
}
