import { CouloirKeyError } from '@couloir/sdk';
import { type SyntheticEvent, useState } from 'react';
import { adminWith } from '../admin.ts';
import { gatewayUrl } from '../place.ts';

interface SignInProps {
  /** Why this page is shown again. */
  reason: string | undefined;
  onSignIn: (key: string) => void;
}

export function SignIn({ reason, onSignIn }: SignInProps) {
  const [key, setKey] = useState('');
  const [refusal, setRefusal] = useState(reason);
  const [isAsking, setAsking] = useState(false);

  async function signIn(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    setAsking(true);
    setRefusal(undefined);
    try {
      await adminWith(key.trim()).status();
      onSignIn(key.trim());
    } catch (error) {
      setAsking(false);
      if (error instanceof CouloirKeyError) setRefusal('This is not the key of this gateway.');
      else setRefusal(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <main className="sign-in">
      <h1>Couloir</h1>
      <p>The gateway at {gatewayUrl()}</p>
      <form onSubmit={(event) => void signIn(event)}>
        <label htmlFor="key">Gateway key</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          required
          autoFocus
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-describedby="key-hint"
          aria-invalid={refusal !== undefined}
        />
        {refusal !== undefined && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        <button type="submit" className="main" disabled={isAsking}>
          {isAsking ? 'Signing in' : 'Sign in'}
        </button>
        <p id="key-hint" className="hint">
          The key your clients use: the one <code>couloir serve</code> printed at its first start and keeps in{' '}
          <code>~/.couloir</code>, or the value of <code>COULOIR_MASTER_KEY</code>. It stays in this tab.
        </p>
      </form>
    </main>
  );
}
