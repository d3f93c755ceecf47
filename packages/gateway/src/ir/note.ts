/**
 * Something the client should know although no dialect has a field for it. Notes become the
 * `x-couloir-dropped` response header (code `dropped`) and the `notes` of the exchange's log line.
 */
export interface Note {
  code: 'dropped' | 'coerced' | 'simulated' | 'repaired' | 'seal-dropped';
  /** Where in the client's body: `tools[2].function.strict`. */
  path: string;
  /** One plain clause: why, and what happens instead. */
  because: string;
  /** True when the answer is the same without the field (`store: false`, `n: 1`): never refused by `drop_params: false`. */
  harmless?: boolean;
}
