import { lazy, type ReactElement, type ReactNode, Suspense, useEffect } from 'react';
import { queryClient } from './api/queries';
import { Overview } from './overview/overview';
import { useSession } from './session/session';
import { SignIn } from './session/sign-in';
import { Shell } from './shell/shell';
import { Link, usePath } from './ui/navigation';
import { PageBoundary } from './ui/page-boundary';
import { Loading } from './ui/states';

const loadBackups = () => import('./backups/backups');
const loadLog = () => import('./log/log');
const loadChanges = () => import('./changes/changes');
const Backups = lazy(loadBackups);
const Log = lazy(loadLog);
const Changes = lazy(loadChanges);
const AdminPlayground = lazy(() => import('./playground/admin-playground'));
const PublicPlayground = lazy(() => import('./playground/public-playground'));

const PAGES: Readonly<Record<string, { title: string; page: () => ReactNode }>> = {
  '/admin': { title: 'Overview', page: () => <Overview /> },
  '/admin/backups': { title: 'Backups', page: () => <Backups /> },
  '/admin/changes': { title: 'Changes', page: () => <Changes /> },
  '/admin/log': { title: 'Log', page: () => <Log /> },
  '/admin/playground': { title: 'Playground', page: () => <AdminPlayground /> },
};

export function App(): ReactElement {
  const path = usePath();
  return path === '/graphql' ? (
    <Suspense fallback={<Loading what="the playground" />}>
      <PublicPlayground />
    </Suspense>
  ) : (
    <Console path={path} />
  );
}

function Console({ path }: { path: string }): ReactElement {
  const { session, ending } = useSession();
  const { title, page } = PAGES[path] ?? { title: 'Nothing here', page: () => <NothingHere /> };
  useEffect(() => {
    document.title = `${session === null ? 'Sign in' : title} · Motorpool`;
  }, [title, session]);
  useEffect(() => {
    // Nothing of one account's is left for the next.
    if (session === null) queryClient.clear();
  }, [session]);
  useEffect(() => {
    // So that they can be opened when the server is away; the playground is too large for that.
    if (session !== null) void Promise.allSettled([loadBackups(), loadChanges(), loadLog()]);
  }, [session]);
  if (session === null) return <SignIn ending={ending} />;
  return (
    <Shell path={path} title={title} session={session}>
      <PageBoundary key={path}>
        <Suspense fallback={<Loading what={title} />}>{page()}</Suspense>
      </PageBoundary>
    </Shell>
  );
}

function NothingHere(): ReactElement {
  return (
    <p className="empty">
      There is no page at this address. <Link href="/admin">Go to the overview</Link>
    </p>
  );
}
