// Puts the pages of the site together in website/pages: what docs/README.md lists, and whatever
// of the repository those pages link to. Links are rewritten, so that docs/*.md reads as well on a
// git host, where the same links lead to the files themselves.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const stage = `${root}/website/pages`;
const LINK = /\]\(([^)\s]+)\)/g;
const COMMENTS = /^<!--.*-->\n/gm;
const OUTSIDE = /^[a-z][a-z+.-]*:/;
const LANGUAGES = { py: 'python', mjs: 'js', conf: 'nginx', yml: 'yaml', cc: 'cpp', h: 'cpp' };
const KNOWN = ['cpp', 'go', 'java', 'js', 'json', 'lua', 'nginx', 'python', 'sh', 'yaml'];

const read = (path) => readFileSync(`${root}/${path}`, 'utf8');

/** The repository's files: tracked ones, and new ones that are not ignored. */
function repositoryFiles() {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', options, { cwd: root, maxBuffer: 1 << 26 });
  return new Set(listed.toString().split('\0').filter(Boolean));
}

/** Where a file or folder of the repository stands on the site, as the name of its page. */
export function placeOf(path, files) {
  const inDocs = path.replace(/^docs\//, '');
  if (!files.has(path)) return inDocs === path ? `source/${path}/index.md` : `${inDocs}/index.md`;
  if (path === 'README.md') return 'overview.md';
  if (/\.(png|svg)$/.test(path)) return inDocs;
  if (!path.endsWith('.md')) return `source/${path}.md`;
  if (!path.includes('/')) return path.toLowerCase();
  return inDocs.replace(/(^|\/)README\.md$/, '$1index.md');
}

/** A Markdown text with `change` applied to each link outside of fenced blocks. */
export function withLinks(text, change) {
  let fence = '';
  return text.split('\n').map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (!fence && mark) fence = mark;
    else if (fence) fence = mark.startsWith(fence) ? '' : fence;
    else return line.replace(LINK, (_, target) => `](${change(target)})`);
    return line;
  }).join('\n');
}

function titleOf(text) {
  return /^# (.*)$/m.exec(text)[1];
}

/** The Markdown text of a page that shows a file which is none. */
function sourcePage(path) {
  const ending = path.split('.').pop();
  const language = LANGUAGES[ending] ?? ending;
  const fence = '~'.repeat(12);
  return `# ${path}\n\n${fence}${KNOWN.includes(language) ? language : ''}\n${read(path)}\n${fence}\n`;
}

/** The Markdown text of a page that lists a folder. */
function folderPage(path, files) {
  const inside = [...files].filter((file) => file.startsWith(`${path}/`)).sort();
  if (inside.length === 0) throw new Error(`there is no ${path}`);
  const line = (file) => {
    const title = file.endsWith('.md') ? titleOf(read(file)) : file.slice(path.length + 1);
    return `- [${title}](${posix.relative(path, file)})`;
  };
  const title = path === 'docs/decisions' ? 'Decisions' : path;
  return `# ${title}\n\n${inside.map(line).join('\n')}\n`;
}

/** Writes one page; the paths of what it links to. */
function writePage(path, files) {
  const place = placeOf(path, files);
  mkdirSync(dirname(`${stage}/${place}`), { recursive: true });
  if (/\.(png|svg)$/.test(path)) {
    cpSync(`${root}/${path}`, `${stage}/${place}`);
    return [];
  }
  if (files.has(path) && !path.endsWith('.md')) {
    writeFileSync(`${stage}/${place}`, sourcePage(path));
    return [];
  }
  const linked = [];
  const folder = files.has(path) ? posix.dirname(path) : path;
  const text = files.has(path) ? read(path) : folderPage(path, files);
  const changed = withLinks(text.replace(COMMENTS, ''), (target) => {
    if (OUTSIDE.test(target) || target.startsWith('#')) return target;
    const [file, anchor] = target.split('#');
    const found = posix.join(folder, file).replace(/\/$/, '');
    if (!statSync(`${root}/${found}`, { throwIfNoEntry: false })) {
      throw new Error(`${path}: the link to ${target} leads nowhere`);
    }
    linked.push(found);
    const relative = posix.relative(posix.dirname(place), placeOf(found, files));
    return anchor === undefined ? relative : `${relative}#${anchor}`;
  });
  writeFileSync(`${stage}/${place}`, changed);
  return linked;
}

/** The sections of docs/README.md, as VitePress' side bar takes them. */
export function sidebar(text = read('docs/README.md'), files = repositoryFiles()) {
  return text.split(/^## /m).slice(1).map((section) => ({
    text: section.split('\n', 1)[0],
    items: [...section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, title, target]) => {
      const place = placeOf(posix.join('docs', target), files);
      return { text: title, link: `/${place.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}` };
    }),
  }));
}

/** Makes website/pages anew; the number of pages. */
export function writePages() {
  rmSync(stage, { recursive: true, force: true });
  const files = repositoryFiles();
  const todo = ['docs/README.md'];
  const done = new Set();
  while (todo.length > 0) {
    const path = todo.pop();
    if (done.has(path)) continue;
    done.add(path);
    todo.push(...writePage(path, files));
  }
  const pages = [...files].filter((path) => /^docs\/[^/]+\.md$|^docs\/reference\//.test(path));
  const listed = read('docs/README.md');
  for (const path of pages) {
    if (path !== 'docs/README.md' && !listed.includes(`](${path.slice('docs/'.length)})`)) {
      throw new Error(`docs/README.md does not list ${path}`);
    }
  }
  return done.size;
}
