import { CouloirApiError, CouloirKeyError } from '@couloir/sdk';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { adminWith, SessionContext } from './admin.ts';
import { Frame } from './frame.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { storedKey, storeKey } from './session.ts';

/** Asks for the key first; everything else is inside the frame. */
export function App() {
  const [key, setKey] = useState(storedKey);
  const [reason, setReason] = useState<string>();

  const queries = useMemo(() => {
    const leaveOnWrongKey = (error: Error) => {
      if (!(error instanceof CouloirKeyError)) return;
      storeKey(undefined);
      setKey(undefined);
      setReason('The key is no longer the key of this gateway. Sign in again.');
    };
    return new QueryClient({
      queryCache: new QueryCache({ onError: leaveOnWrongKey }),
      defaultOptions: {
        queries: { retry: (failures, error) => failures < 2 && !(error instanceof CouloirApiError) },
      },
    });
  }, [key]);
  const session = useMemo(() => (key === undefined ? undefined : { key, admin: adminWith(key) }), [key]);

  if (session === undefined) {
    return (
      <SignIn
        reason={reason}
        onSignIn={(newKey) => {
          storeKey(newKey);
          setReason(undefined);
          setKey(newKey);
        }}
      />
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <SessionContext value={session}>
        <Frame
          onSignOut={() => {
            storeKey(undefined);
            setKey(undefined);
          }}
        />
      </SessionContext>
    </QueryClientProvider>
  );
}
