// Checks a built site: every link and anchor inside it leads somewhere, and no page loads anything
// from elsewhere. Addresses elsewhere are listed, not fetched.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** The files of a folder: path from it, to its text if it is a page, else "". */
export function siteOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) =>
    posix.join(file.parentPath ?? file.path, file.name).slice(folder.length + 1));
  return new Map(paths.map((path) =>
    [path, path.endsWith('.html') ? readFileSync(`${folder}/${path}`, 'utf8') : '']));
}

const text = (attribute) => attribute.replace(/&amp;/g, '&').replace(/&quot;/g, '"');
const attributes = (page, pattern) => [...page.matchAll(pattern)].map((found) => text(found[1]));
const LINKS = /<a\s[^>]*?\bhref="([^"]*)"/g;
const LOADED = /<(?:script|img|source|iframe)\s[^>]*?\bsrc="([^"]*)"|<link\s[^>]*?\bhref="([^"]*)"/g;
const ELSEWHERE = /^([a-z][a-z+.-]*:|\/\/)/i;

/** The file that an address inside the site means. */
function fileOf(address, page) {
  const path = posix.join('/', address.startsWith('/') ? '' : posix.dirname(page), address).slice(1);
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

/** What is wrong with a site of `siteOf`, and which addresses elsewhere its pages link to. */
export function problemsOf(site) {
  const problems = [];
  const outside = new Set();
  const ids = new Map([...site].map(([path, page]) =>
    [path, new Set(attributes(page, /\sid="([^"]*)"/g))]));
  const follow = (page, address) => {
    const [path, anchor = ''] = address.split('#');
    const file = path === '' ? page : fileOf(decodeURI(path), page);
    if (!site.has(file)) problems.push(`${page}: the link to ${address} leads nowhere`);
    else if (anchor && !ids.get(file).has(decodeURIComponent(anchor))) {
      problems.push(`${page}: ${address}: there is no such anchor`);
    }
  };
  for (const [path, page] of site) {
    for (const address of attributes(page, LINKS)) {
      if (ELSEWHERE.test(address)) outside.add(address);
      else follow(path, address);
    }
    for (const [, source, style] of page.matchAll(LOADED)) {
      const address = text(source ?? style);
      if (/^data:/.test(address)) continue;
      if (ELSEWHERE.test(address)) problems.push(`${path}: loads ${address}`);
      else follow(path, address);
    }
  }
  return { problems, outside: [...outside].sort() };
}
