// The site's settings. What stands in its side bar is docs/README.md.

import { sidebar } from '../pages.mjs';

/** The anchor of a heading, by the rule of git hosts, so that a link holds here and there. */
function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replace(/ /g, '-');
}

/** What of a page can be searched for: all, but for files that are shown as they are. */
function searched(text, env, markdown) {
  return env.relativePath.startsWith('source/') ? '' : markdown.render(text, env);
}

export default {
  title: 'Claviger',
  description: 'A self-hosted token-authentication server whose revocations hold at once',
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  base: process.env.SITE_BASE ?? '/',
  srcDir: 'pages',
  outDir: '../build/site',
  cacheDir: '../build/site-cache',
  markdown: { anchor: { slugify }, html: false },
  themeConfig: {
    search: { provider: 'local', options: { _render: searched } },
    outline: [2, 3],
    sidebar: sidebar(),
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'How to', link: '/how-to-gateways' },
      { text: 'Reference', link: '/reference/http-api' },
      { text: 'FAQ', link: '/faq' },
    ],
  },
};
