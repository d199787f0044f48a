import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Brand } from '../shell/brand';
import { ThemeChoice } from '../shell/theme-choice';
import { PUBLIC_EXAMPLES } from './examples';
import { Playground } from './playground';

interface Known {
  token: string;
  name: string;
}

/** GraphiQL for the public schema: who signs in with the login mutation is signed in for what follows. */
export default function PublicPlayground(): ReactElement {
  const [known, setKnown] = useState<Known | null>(null);
  const token = useRef<string | null>(null);
  useEffect(() => {
    document.title = 'Playground · Motorpool';
  }, []);
  const know = (next: Known | null): void => {
    token.current = next?.token ?? null;
    setKnown(next);
  };
  return (
    <div className="public-playground">
      <header className="bar">
        <Brand />
        <p className="muted" role="status">
          {known === null
            ? 'Run the example “Sign in”: its token is then sent with every query, until the page is closed.'
            : `Signed in as ${known.name}.`}
        </p>
        {known !== null && (
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              know(null);
            }}
          >
            Sign out
          </button>
        )}
        <ThemeChoice />
      </header>
      <main aria-label="Playground">
        <Playground
          url="/graphql"
          storageName="public"
          examples={PUBLIC_EXAMPLES}
          headers={(): Record<string, string> =>
            token.current === null ? {} : { authorization: `Bearer ${token.current}` }
          }
          onAnswer={({ body }) => {
            const session = sessionIn(body);
            if (session !== null) know(session);
          }}
        />
      </main>
    </div>
  );
}

/** What a login or a change of the password answered, wherever it stands in the answer. */
function sessionIn(body: unknown): Known | null {
  const { data } = (body ?? {}) as { data?: Record<string, unknown> | null };
  for (const value of Object.values(data ?? {})) {
    const { token, user } = (value ?? {}) as { token?: unknown; user?: { name?: unknown } };
    if (typeof token === 'string') return { token, name: typeof user?.name === 'string' ? user.name : 'the account' };
  }
  return null;
}
