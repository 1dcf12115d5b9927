// The checker and the pages' links on made-up sites: each mistake is found, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './check.mjs';
import { placeOf, sidebar, withLinks } from './pages.mjs';

const GOOD = '<script src="/assets/app.js"></script><h1 id="top">A</h1><a href="./b.html#b">b</a>';

function problems(pages) {
  const site = new Map(Object.entries({ 'assets/app.js': '', 'index.html': GOOD,
    'b.html': '<h2 id="b">B</h2><a href="/">home</a><a href="#b">here</a>', ...pages }));
  return problemsOf(site).problems;
}

test('a site without mistakes', () => assert.deepEqual(problems({}), []));

for (const [mistake, page, expected] of [
  ['a page that is not there', '<a class="x" href="/none.html">x</a>', /none\.html leads nowhere/],
  ['an anchor that is not there', '<a href="b.html#none">x</a>', /no such anchor/],
  ['an anchor that is not on this page', '<a href="#none">x</a>', /no such anchor/],
  ['a script that is not there', '<script defer src="/assets/b.js"></script>', /b\.js leads nowhere/],
  ['a script from elsewhere', '<script src="https://example.com/x.js"></script>', /loads https/],
  ['a style sheet from elsewhere', '<link rel="stylesheet" href="//example.com/x.css">', /loads/],
  ['a picture from elsewhere', '<img alt="" src="http://example.com/x.png">', /loads http/],
]) {
  test(mistake, () => {
    const found = problems({ 'c/index.html': page.replace('"b.html', '"../b.html') });
    assert.equal(found.length, 1);
    assert.match(found[0], expected);
  });
}

test('addresses elsewhere are listed', () => {
  const site = new Map([['index.html', '<a href="https://example.com/?a=1&amp;b=2">x</a>']]);
  assert.deepEqual(problemsOf(site),
    { problems: [], outside: ['https://example.com/?a=1&b=2'] });
});

test('links in fenced blocks stay', () => {
  const text = 'a [b](c.md) [d](e.md)\n````md\n```\n[f](g.md)\n````\n[h](i.md#j)';
  assert.equal(withLinks(text, (target) => target.toUpperCase()),
    'a [b](C.MD) [d](E.MD)\n````md\n```\n[f](g.md)\n````\n[h](I.MD#J)');
});

test('where the files of the repository stand', () => {
  const files = new Set(['README.md', 'SECURITY.md', 'docs/README.md', 'docs/a.md', 'docs/b/c.md',
    'docs/images/d.png', 'examples/e/README.md', 'examples/f.py']);
  const places = [...files, 'docs/b', 'examples'].map((path) => placeOf(path, files));
  assert.deepEqual(places, ['overview.md', 'security.md', 'index.md', 'a.md', 'b/c.md',
    'images/d.png', 'examples/e/index.md', 'source/examples/f.py.md', 'b/index.md',
    'source/examples/index.md']);
  assert.deepEqual(sidebar('# T\n\n## S\n\n- [A](a.md): b.\n- [R](../README.md)\n', files), [
    { text: 'S', items: [
      { text: 'A', link: '/a' }, { text: 'R', link: '/overview' }] }]);
});
