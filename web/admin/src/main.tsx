import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { createRoot } from 'react-dom/client';
import { App } from './App';

// The server names this page's nonce in its policy, and takes styles with it alone.
const nonce = document.querySelector('meta[property="csp-nonce"]')?.getAttribute('content');
const styles = createCache({ key: 'css', prepend: true, nonce: nonce ?? undefined });

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <CacheProvider value={styles}>
      <App />
    </CacheProvider>,
  );
}
