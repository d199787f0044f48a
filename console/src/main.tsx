import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/shell.css';
import './styles/sign-in.css';
import './styles/overview.css';
import './styles/charts.css';
import './styles/backups.css';
import './styles/log.css';
import './styles/changes.css';
import './styles/account.css';
import './styles/operator.css';
import './styles/narrow-tables.css';
import { queryClient } from './api/queries';
import { App } from './app';
import { applyTheme } from './ui/theme';

applyTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
