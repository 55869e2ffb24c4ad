/** One style for both pages: system fonts, light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f4f6f8; --card: #fff; --ink: #16212b; --soft: #5b6b79; --line: #dde3e8;
  --accent: #0b6e8f; --good: #1c7a4a; --bad: #b3362b; --wait: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ground: #10161b; --card: #1a2229; --ink: #e8eef2; --soft: #9aabb8;
  --line: #2c3740; --accent: #5bb8d8; --good: #6cc99a; --bad: #f0867c; --wait: #e0b155; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 1240px; margin: 0 auto; padding: 20px 24px; }
header { display: flex; flex-wrap: wrap; gap: 12px 28px; align-items: center; padding-bottom: 4px; }
h1 { font-size: 24px; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0; }
h3 { font-size: 13px; margin: 16px 0 6px; color: var(--soft); font-weight: 600; }
p { margin: 4px 0; color: var(--soft); max-width: 72ch; }
form { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
input[type=url] { font: inherit; padding: 6px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; width: 250px; }
button { font: inherit; font-size: 13px; padding: 5px 11px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); cursor: pointer; white-space: nowrap; margin: 2px 0; }
button:hover { border-color: var(--accent); color: var(--accent); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
button.bad:hover { border-color: var(--bad); color: var(--bad); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(560px, 100%), 1fr)); gap: 18px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 20px; }
.top { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; justify-content: space-between; }
.badge { font-size: 12px; padding: 2px 9px; border-radius: 99px; border: 1px solid currentColor; color: var(--soft); white-space: nowrap; }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); } .badge.wait { color: var(--wait); }
table { border-collapse: collapse; width: 100%; }
td { padding: 6px 8px 6px 0; border-top: 1px solid var(--line); vertical-align: middle; }
td.buttons { text-align: right; } td.buttons button { margin: 2px 0 2px 4px; }
@media (max-width: 560px) { header, main { padding: 16px; } td { display: block; } td.buttons { text-align: left; border: 0; padding-top: 0; } td.buttons button { margin: 2px 4px 2px 0; } }
small { color: var(--soft); }
.counts { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 10px; color: var(--soft); font-size: 13px; }
.counts b { color: var(--ink); font-variant-numeric: tabular-nums; }
ol { list-style: none; margin: 0; padding: 0; font: 12px/1.7 ui-monospace, monospace; overflow-wrap: anywhere; }
ol li { display: flex; gap: 10px; color: var(--soft); } ol span:nth-child(2) { color: var(--ink); } ol span:last-child { margin-left: auto; }
#said { min-height: 20px; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; flex-basis: 100%; }
.sheet { max-width: 520px; margin: 6vh auto; padding: 28px 32px; }
.sheet label { display: flex; gap: 10px; align-items: baseline; padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.sheet .ends { display: flex; gap: 10px; margin-top: 20px; } .sheet .ends button { font-size: 15px; padding: 8px 20px; }
`;

/** A whole page. `body` is HTML that is already safe. */
export const pageOf = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body>${body}</body></html>`;
