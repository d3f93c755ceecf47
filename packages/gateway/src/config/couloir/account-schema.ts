/** One of `accounts` in `couloir.yaml`: where it is and how to sign in there. */
import { z } from 'zod';

const text = z.string().min(1, 'must not be empty');
/** They travel as headers. */
const name = text.regex(/^[\x20-\x7e]+$/, 'has a character that no header may carry');

export const accountSchema = z.strictObject({
  /** Account identifier: `myorg-myaccount`, `ab12345.eu-west-1`. */
  account: text.optional(),
  /** A host or URL (PrivateLink, a proxy, the sandbox), where the identifier does not lead there. */
  host: text.optional(),
  /** A connection of Snowflake's own clients; what stands beside it wins. */
  connection: text.optional(),
  role: name.optional(),
  warehouse: name.optional(),
  token: text.optional(),
  token_file: text.optional(),
  token_type: z.enum(['pat', 'jwt', 'oauth']).optional(),
  user: text.optional(),
  private_key: text.optional(),
  private_key_file: text.optional(),
  private_key_passphrase: text.optional(),
  oauth: z
    .strictObject({
      token_url: text,
      client_id: text,
      client_secret: text.optional(),
      refresh_token: text.optional(),
      scope: text.optional(),
      client_auth: z.enum(['basic', 'post']).optional(),
      parameters: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  workload_identity: z
    .strictObject({
      provider: z.enum(['aws', 'azure', 'gcp', 'oidc']),
      token_file: text.optional(),
      token: text.optional(),
    })
    .optional(),
  session: z.strictObject({ token: text, master_token: text.optional() }).optional(),
});

export type AccountConfig = z.output<typeof accountSchema>;
