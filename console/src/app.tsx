import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import type { Role } from './api/pool-operations';
import { queryClient } from './api/queries';
import { homeOf, ROUTES, routeAt } from './routes';
import { useSession } from './session/session';
import { SignIn } from './session/sign-in';
import { Shell } from './shell/shell';
import { forgetDrafts } from './ui/draft';
import { Link, Sent, usePath } from './ui/navigation';
import { PageBoundary } from './ui/page-boundary';
import { Loading } from './ui/states';

/** After that the pages are fetched that are not beside the first one: they must not hold it up. */
const OTHERS_MS = 3_000;

const PublicPlayground = lazy(() => import('./playground/public-playground'));

export function App(): ReactElement {
  const path = usePath();
  return path === '/graphql' ? (
    <Suspense fallback={<Loading what="the playground" />}>
      <PublicPlayground />
    </Suspense>
  ) : (
    <Pages path={path} />
  );
}

function Pages({ path }: { path: string }): ReactElement {
  const { session, ending } = useSession();
  const found = routeAt(path);
  const title = found?.route.name ?? 'Nothing here';
  const role = session?.role;
  useEffect(() => {
    document.title = `${session === null ? 'Sign in' : title} · Motorpool`;
  }, [title, session]);
  useEffect(() => {
    // Nothing of one account's is left for the next.
    if (session === null) queryClient.clear();
    if (session === null && ending === null) forgetDrafts();
  }, [session, ending]);
  useEffect(() => {
    if (role === undefined) return undefined;
    const areaOf = (path: string): string | undefined => path.split('/')[1];
    const own = ROUTES.filter(({ roles }) => roles.includes(role));
    const isNear = (route: { path: string }): boolean => areaOf(route.path) === areaOf(homeOf(role));
    void Promise.allSettled(own.filter(isNear).map(({ load }) => load?.() ?? Promise.resolve()));
    const timer = window.setTimeout(() => {
      void Promise.allSettled(own.map(({ load }) => load?.() ?? Promise.resolve()));
    }, OTHERS_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [role]);
  if (session === null) return <SignIn ending={ending} />;
  const home = homeOf(session.role);
  if (path === '/') return <Sent to={home} />;
  if (found !== null && !found.route.roles.includes(session.role)) {
    return <Sent to={home} why={`“${title}” is for ${inWords(found.route.roles)}. This is your own first page.`} />;
  }
  return (
    <Shell path={path} title={title} session={session}>
      <PageBoundary key={path}>
        <Suspense fallback={<Loading what={title} />}>
          {found === null ? <NothingHere home={home} /> : found.route.page(found.id)}
        </Suspense>
      </PageBoundary>
    </Shell>
  );
}

function NothingHere({ home }: { home: string }): ReactElement {
  return (
    <div className="page">
      <h1>Nothing here</h1>
      <p className="empty">
        There is no page at this address. <Link href={home}>Go to your first page</Link>
      </p>
    </div>
  );
}

const NAMES: Readonly<Record<Role, string>> = {
  ADMIN: 'administrators',
  OPERATOR: 'operators',
  INVESTOR: 'members',
  COMPANY: 'the company',
};

/** "operators and administrators". */
const inWords = (roles: readonly Role[]): string => roles.map((role) => NAMES[role]).join(' and ');
