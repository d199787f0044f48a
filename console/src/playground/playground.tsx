import '@graphiql/react/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
// Not its style.css, which has fonts as data URLs in it.
import 'graphiql/graphiql.css';
import './playground.css';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { type MouseEvent, type ReactElement, useEffect, useMemo } from 'react';
import { useGraphiQLActions } from '@graphiql/react';
import { useShownTheme } from '../ui/theme';
import { createExamplesPlugin } from './examples-plugin';
import type { Example } from './examples';
import { tabStorage } from './tab-storage';

interface PlaygroundProps {
  url: string;
  /** Keeps what is typed in the one playground out of the other. */
  storageName: string;
  examples: readonly Example[];
  /** Sent with each request, beside those that the reader writes. */
  headers: () => Record<string, string>;
  onAnswer?: (answer: { status: number; body: unknown }) => void;
}

export function Playground({ url, storageName, examples, headers, onAnswer }: PlaygroundProps): ReactElement {
  const theme = useShownTheme();
  const plugins = useMemo(() => [createExamplesPlugin(examples), HISTORY_PLUGIN], [examples]);
  const storage = useMemo(() => tabStorage(storageName), [storageName]);
  // What the reader left open goes before the example that a first visit begins with.
  const initial = useMemo(() => {
    const [first] = examples;
    if (first === undefined || storage.length > 0) return {};
    return { initialQuery: first.query, initialVariables: first.variables ?? '' };
  }, [examples, storage]);
  return (
    <div className="playground" onClick={focusClickedEditor}>
      <GraphiQL
        fetcher={async (request, options) => {
          const response = await fetch(url, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              accept: 'application/graphql-response+json, application/json',
              ...headers(),
              ...options?.headers,
            },
            body: JSON.stringify(withoutStaleName(request)),
          });
          const body = (await response.json()) as object;
          onAnswer?.({ status: response.status, body });
          return body;
        }}
        storage={storage}
        plugins={plugins}
        {...initial}
        {...(isRoomy() ? { visiblePlugin: 'Examples' } : {})}
        defaultEditorToolsVisibility="variables"
        forcedTheme={theme}
        showPersistHeadersSettings={false}
        shouldPersistHeaders={false}
      >
        <GraphiQL.Logo>
          <span className="visually-hidden">Playground</span>
        </GraphiQL.Logo>
        <ThemeFollower theme={theme} />
      </GraphiQL>
    </div>
  );
}

/** GraphiQL looks for the operation's name a moment after each edit, and until then sends that of what stood there. */
function withoutStaleName<T extends { query: string; operationName?: string | null }>(request: T): T {
  const { query, operationName } = request;
  const isThere = operationName == null || new RegExp(`\\b${operationName}\\b`).test(query);
  return isThere ? request : { ...request, operationName: null };
}

/**
 * Puts the cursor into the editor that was clicked. The editor itself takes no focus from a click beside its line numbers,
 * at its edge, or (in some browsers) on the row of pixels below its last line: then all that is typed is lost.
 */
function focusClickedEditor({ target }: MouseEvent): void {
  if (!(target instanceof Element)) return;
  // Its search field and its hints are in there too, and keep the focus.
  target.closest('.graphiql-editor:not(:has(:focus))')?.querySelector('textarea')?.focus();
}

/** Beside the editors there is room for a pane. */
function isRoomy(): boolean {
  return matchMedia('(min-width: 821px)').matches;
}

function ThemeFollower({ theme }: { theme: 'light' | 'dark' }): null {
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    setTheme(theme);
  }, [theme, setTheme]);
  return null;
}
