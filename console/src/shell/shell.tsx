import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useStatus } from '../api/queries';
import { type Session, signOut } from '../session/session';
import { time } from '../ui/format';
import { Icon, type IconName } from '../ui/icons';
import { Link } from '../ui/navigation';
import { Brand } from './brand';
import { ConnectionBanner } from './connection-banner';
import { ThemeChoice } from './theme-choice';

const PLAYGROUND = '/admin/playground';
const PAGES: readonly { href: string; name: string; icon: IconName }[] = [
  { href: '/admin', name: 'Overview', icon: 'overview' },
  { href: '/admin/backups', name: 'Backups', icon: 'backups' },
  { href: '/admin/changes', name: 'Changes', icon: 'changes' },
  { href: '/admin/log', name: 'Log', icon: 'log' },
  { href: PLAYGROUND, name: 'Playground', icon: 'playground' },
];

interface ShellProps {
  path: string;
  title: string;
  session: Session;
  children: ReactNode;
}

/** What surrounds every page of somebody who is signed in. */
export function Shell({ path, title, session, children }: ShellProps): ReactElement {
  const status = useStatus();
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
          {PAGES.map((page) => (
            <PageLink key={page.href} {...page} path={path} />
          ))}
        </nav>
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
        <ConnectionBanner problem={status.error} answeredAt={status.dataUpdatedAt} />
        {children}
      </main>
    </div>
  );
}

/** The playground is a document of its own, since its editor needs a looser policy than the other pages. */
function PageLink({ href, name, icon, path }: (typeof PAGES)[number] & { path: string }): ReactElement {
  const isOtherDocument = href === PLAYGROUND || path === PLAYGROUND;
  const Anchor = isOtherDocument ? 'a' : Link;
  return (
    <Anchor href={href} aria-current={href === path ? 'page' : undefined}>
      <Icon name={icon} />
      {name}
    </Anchor>
  );
}
