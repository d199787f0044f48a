import { type SyntheticEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { askPublicly } from '../api/client';
import { SignInDocument } from '../api/pool-operations';
import { Problem } from '../api/problem';
import { Brand } from '../shell/brand';
import { type Ending, signIn } from './session';

const ENDINGS: Readonly<Record<Exclude<Ending, null>, string>> = {
  expired: 'Your session has ended. Sign in again to go on where you were.',
  refused: 'Your account is no longer an administrator.',
};

export function SignIn({ ending }: { ending: Ending }): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    email.current?.focus();
  }, []);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const variables = { email: email.current?.value ?? '', password: password.current?.value ?? '' };
      const { data, answeredAt } = await askPublicly(SignInDocument, variables);
      const { token, expiresAt, user } = data.login;
      // This machine's clock may differ from the server's.
      const lifetime = Date.parse(expiresAt) - answeredAt;
      signIn({ token, expiresAt: Date.now() + lifetime, ...user });
      return;
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : 'The page itself failed: reload it.');
    }
    if (password.current !== null) password.current.value = '';
    password.current?.focus();
    setBusy(false);
  };

  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={(event) => void submit(event)} aria-labelledby="sign-in-title">
        <Brand />
        <h1 id="sign-in-title">Sign in</h1>
        <p className="muted">With the account of the pool that you were given.</p>
        {ending !== null && problem === null && (
          <p className="notice info" role="status">
            {ENDINGS[ending]}
          </p>
        )}
        {problem !== null && (
          <p className="notice danger" role="alert" id="sign-in-problem">
            {problem}
          </p>
        )}
        <label>
          Email
          <input ref={email} type="email" name="email" autoComplete="username" required maxLength={254} />
        </label>
        <label>
          Password
          <input
            ref={password}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            aria-describedby={problem === null ? undefined : 'sign-in-problem'}
          />
        </label>
        <button type="submit" className="button primary wide" aria-disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
