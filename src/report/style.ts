/** Style sheet of the page: for phones first, light and dark, and for paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --line: #dfe3e8; --text: #15181c; --muted: #59626d;
  --boxes: 43 130 217; --masks: 217 115 13; --right: 18 147 111; --wrong: 194 69 155;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #121519; --panel: #1b2026; --line: #333b44; --text: #e9ecef; --muted: #a2abb5; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --panel: #f5f6f8; --line: #dfe3e8; --text: #15181c; --muted: #59626d; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; padding: 0 1rem 4rem; background: var(--page); color: var(--text);
  font: 400 1rem/1.55 Inter, system-ui, sans-serif; overflow-wrap: break-word;
}
body > * { max-width: 70rem; margin-inline: auto; }
h1, h2, h3 { line-height: 1.25; font-weight: 600; text-wrap: balance; }
h1 { margin: 0.1em 0 0.35em; font-size: clamp(1.6rem, 5vw, 2.25rem); letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.75rem; font-size: 1.35rem; letter-spacing: -0.01em; }
h3 { margin: 2rem 0 0.5rem; font-size: 1.0625rem; }
p { margin: 0 0 1rem; max-width: 46rem; }
strong, th, summary, dt { font-weight: 600; }
code { font-family: ui-monospace, 'SF Mono', 'DejaVu Sans Mono', monospace; font-size: 0.875em; }
small { display: block; font-weight: 400; font-size: 0.8125rem; line-height: 1.4; color: var(--muted); }
header { padding-top: 2rem; }
.kicker, .note { color: var(--muted); font-size: 0.875rem; }
.kicker { margin: 0; }
.facts { margin: 0; }
nav { margin-top: 1.25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0; padding: 0; list-style: none; }
nav a {
  display: block; padding: 0.3rem 0.7rem; border: 1px solid var(--line); border-radius: 1rem;
  color: var(--text); font-size: 0.875rem; text-decoration: none;
}
nav a:hover { background: var(--panel); }
:focus-visible { outline: 2px solid rgb(var(--boxes)); outline-offset: 2px; }
section { margin-top: 3rem; padding-top: 1.75rem; border-top: 1px solid var(--line); }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin-bottom: 0.75rem; }
.tile { display: flex; flex-direction: column; padding: 0.9rem 1rem; border-radius: 0.6rem; background: var(--panel); }
.tile .name { font-weight: 600; }
.tile .value { font-size: 2.5rem; font-weight: 600; line-height: 1.2; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
.tile .note { line-height: 1.35; font-size: 0.8125rem; }
.tile.boxes { box-shadow: inset 0.25rem 0 rgb(var(--boxes)); }
.tile.masks { box-shadow: inset 0.25rem 0 rgb(var(--masks)); }

.scroll { overflow-x: auto; margin: 0 0 1.25rem; }
table { border-collapse: collapse; font-size: 0.9375rem; line-height: 1.35; }
.caption { margin: 0 0 0.4rem; color: var(--muted); font-size: 0.875rem; line-height: 1.4; text-wrap: pretty; }
th, td { padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { vertical-align: bottom; color: var(--muted); font-size: 0.8125rem; }
tbody th { font-weight: 400; }
tbody th[scope='rowgroup'] { padding-top: 0.9rem; border-bottom: 0; font-weight: 600; }
tfoot th, tfoot td { border-bottom: 0; font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.meter { display: inline-block; width: clamp(4rem, 12vw, 9rem); height: 0.5rem; margin-right: 0.5rem; border-radius: 0.25rem; background: var(--panel); }
.meter span { display: block; height: 100%; border-radius: inherit; background: rgb(var(--boxes)); }
.meter + .value { display: inline-block; min-width: 3.1em; }
.meter.masks span { background: rgb(var(--masks)); }

figure { margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1.5rem 2rem; align-items: start; margin-bottom: 1.5rem; }
.figures > * { min-width: 0; }
.figures figure { max-width: 27rem; }
.figures table { width: 100%; }
figcaption { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; margin-bottom: 0.4rem; font-size: 0.875rem; }
figcaption .title { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 0 0.8rem; margin: 0; padding: 0; list-style: none; }
.key { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.35rem; border-radius: 0.15rem; }
svg { display: block; width: 100%; height: auto; font-family: inherit; overflow: visible; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1.25rem 1rem; margin-top: 1rem; }
.curves { display: grid; gap: 1.5rem 2rem; align-items: start; }
.curves > figure { max-width: 27rem; }
@media (min-width: 62rem) { .curves { grid-template-columns: 22rem 1fr; } }
.multiples figcaption { font-size: 0.8125rem; }
summary { cursor: pointer; }

.matrix { font-size: 0.8125rem; font-variant-numeric: tabular-nums; border-collapse: separate; border-spacing: 1px; }
.matrix th, .matrix td { padding: 0.2rem 0.3rem; border: 0; }
.matrix td { min-width: 1.9rem; text-align: center; background: rgb(var(--wrong) / var(--share, 0)); }
.matrix td.right { background: rgb(var(--right) / var(--share, 0.08)); }
.matrix td.none { color: var(--muted); }
.matrix tbody th { position: sticky; left: 0; padding-right: 0.6rem; background: var(--page); white-space: nowrap; }
.matrix thead th { text-align: center; vertical-align: bottom; }
.matrix thead th:first-child { text-align: left; }
.matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix .edge { border-left: 0.5rem solid var(--page); background-clip: padding-box; }
.matrix .others tr:first-child > * { border-top: 0.5rem solid var(--page); background-clip: padding-box; }

.gallery { display: grid; gap: 1.75rem; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(12rem, 100%), 1fr)); gap: 1.25rem; }
.mistakes figure { margin: 0; }
.mistakes img { display: block; width: 100%; height: auto; border-radius: 0.3rem; background: var(--panel); }
.mistakes figcaption { display: block; margin: 0.35rem 0 0; font-size: 0.875rem; }
.mistakes .note { display: block; overflow-wrap: anywhere; }
.card-title { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; margin-bottom: 0.4rem; }
.pair { display: grid; gap: 0.75rem; }
.pair img { display: block; width: auto; max-width: 100%; height: auto; max-height: 24rem; border-radius: 0.3rem; background: var(--panel); outline: 1px solid rgb(128 128 128 / 0.3); outline-offset: -1px; }
.pair figcaption { margin: 0.25rem 0 0; color: var(--muted); font-size: 0.8125rem; }
@media (min-width: 40rem) {
  .pair { display: flex; }
  .pair figure { max-width: calc(50% - 0.375rem); }
}

.settings { columns: 22rem; column-gap: 3rem; }
.settings > div { margin-bottom: 1.5rem; }
.settings h3 { margin-top: 0; break-after: avoid; }
dl { margin: 0; font-size: 0.875rem; }
dl > div { display: flex; gap: 1rem; justify-content: space-between; padding: 0.25rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
dt { font-weight: 400; color: var(--muted); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
#versions dl { max-width: 34rem; }

@media (max-width: 30rem) {
  table { font-size: 0.875rem; }
  th, td { padding-inline: 0.3rem; }
  .meter + .value { min-width: 0; }
  .meter { display: none; }
}
@media print {
  body { padding: 0; font-size: 10pt; }
  nav { display: none; }
  figure, article, tr, .tile { break-inside: avoid; }
  h2, h3, .caption { break-after: avoid; }
  .scroll { overflow: visible; }
  section { margin-top: 1.5rem; padding-top: 1rem; }
  * { print-color-adjust: exact; }
}
`;
