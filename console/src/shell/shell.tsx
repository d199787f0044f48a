import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useConnection } from '../api/queries';
import { type Route, ROUTES } from '../routes';
import { type Session, signOut } from '../session/session';
import { time } from '../ui/format';
import { Icon } from '../ui/icons';
import { Link, PLAYGROUND, useWord } from '../ui/navigation';
import { Brand } from './brand';
import { ConnectionBanner } from './connection-banner';
import { PaletteKey } from './palette-key';
import { ThemeChoice } from './theme-choice';

interface ShellProps {
  path: string;
  title: string;
  session: Session;
  children: ReactNode;
}

/** What surrounds every page of somebody who is signed in. */
export function Shell({ path, title, session, children }: ShellProps): ReactElement {
  const connection = useConnection(session.role);
  const word = useWord();
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);
  useEffect(() => {
    // A screen reader goes on where the new page begins; not at the first page, which it reads from the top.
    if (shownPath.current !== path) main.current?.focus();
    shownPath.current = path;
  }, [path]);
  return (
    <div className={path === PLAYGROUND ? 'shell full' : 'shell'}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="side">
        <Brand />
        <nav aria-label="Pages">
          {ROUTES.map((route) => (
            <PageLink key={route.path} route={route} path={path} session={session} />
          ))}
        </nav>
        {path !== PLAYGROUND && <PaletteKey />}
        <div className="account">
          <ThemeChoice />
          <p className="who">
            <strong>{session.name}</strong>
            <span className="muted">Signed in until {time(new Date(session.expiresAt).toISOString())}</span>
          </p>
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              signOut();
            }}
          >
            <Icon name="signOut" />
            Sign out
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} aria-label={title}>
        <ConnectionBanner problem={connection.error} answeredAt={connection.dataUpdatedAt} />
        {word !== null && (
          <p className="notice info word" role="status">
            {word}
          </p>
        )}
        {children}
      </main>
    </div>
  );
}

interface PageLinkProps {
  route: Route;
  path: string;
  session: Session;
}

function PageLink({ route: { path: href, name, icon, roles }, path, session }: PageLinkProps): ReactElement | null {
  if (icon === undefined || !roles.includes(session.role)) return null;
  const Anchor = href === PLAYGROUND || path === PLAYGROUND ? 'a' : Link;
  const isHere = href === path || (href !== '/admin' && path.startsWith(`${href}/`));
  return (
    <Anchor href={href} aria-current={isHere ? 'page' : undefined}>
      <Icon name={icon} />
      {name}
    </Anchor>
  );
}
