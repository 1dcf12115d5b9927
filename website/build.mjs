// Builds the site in build/site. A warning of the generator is an error, and so is a link that
// leads nowhere, an anchor that is not there, and anything that would be loaded from elsewhere.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { problemsOf, siteOf } from './check.mjs';
import { root, writePages } from './pages.mjs';

console.log(`${writePages()} files of the repository`);
const built = spawnSync('npx', ['--no-install', 'vitepress', 'build'], {
  cwd: import.meta.dirname ?? `${root}/website`, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' },
});
const output = built.stdout + built.stderr;
process.stdout.write(output);
if (built.status !== 0 || /\bwarn|not loaded/i.test(output)) {
  console.error('the generator failed or warned');
  process.exit(1);
}

const site = siteOf(`${root}/build/site`);
const { problems, outside } = problemsOf(site);
writeFileSync(`${root}/build/site-external-links.txt`, `${outside.join('\n')}\n`);
console.log(`${site.size} files; ${outside.length} addresses elsewhere: build/site-external-links.txt`);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
