import { expect, test } from 'vitest';
import { Html, html } from '../../src/report/html.js';

test('escapes texts, in elements and in attributes', () => {
  const text = `<b>"R&D"</b> 'x'`;
  expect(html`<p title="${text}">${text}</p>`.source).toBe(
    '<p title="&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt; &#39;x&#39;">&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt; &#39;x&#39;</p>',
  );
});

test('keeps HTML, joins lists and leaves out what is undefined', () => {
  const items = [1, 'a&b', html`<i>${'<'}</i>`, [new Html('<hr>'), undefined]];
  expect(html`<p>${items}${undefined}</p>`.source).toBe('<p>1a&amp;b<i>&lt;</i><hr></p>');
});
