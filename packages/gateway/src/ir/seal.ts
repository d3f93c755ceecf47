/**
 * Proof that a model wrote a thought (Anthropic calls it a signature, OpenAI encrypts the content).
 * Opaque, and valid only for the family that issued it.
 */
export interface Seal {
  issuer: 'anthropic' | 'openai';
  form: 'signature' | 'redacted' | 'encrypted';
  data: string;
}
