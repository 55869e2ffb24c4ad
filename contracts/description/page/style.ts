/** The page's whole look. Colours follow the reader's own dark or light setting. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #17202a; --soft: #5a6672; --line: #dfe4e8; --paper: #fff; --side: #f6f8f9;
  --code: #f1f4f6; --accent: #0b6e75; --get: #0b6e75; --post: #2f6f2f; --put: #8a5a00; --delete: #a8322a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ed; --soft: #9aa7b2; --line: #2b343c; --paper: #12171b;
  --side: #171d22; --code: #1d252b; --accent: #5cc5cc; --get: #5cc5cc; --post: #8fce8f; --put: #e2b35c; --delete: #f08b82; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.2rem 1rem; background: var(--side);
  border-right: 1px solid var(--line); font-size: 13.5px; }
nav h1 { font-size: 1.15rem; margin: 0 0 .2rem; } nav h2 { font-size: .75rem; text-transform: uppercase;
  letter-spacing: .06em; color: var(--soft); margin: 1.1rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; } nav a { display: block; padding: .12rem 0; color: inherit;
  text-decoration: none; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } nav a:hover { color: var(--accent); }
main { padding: 1.6rem 2.2rem 6rem; max-width: 64rem; }
a { color: var(--accent); } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin: 2.4rem 0 .3rem; font-size: 1.05rem; overflow-wrap: anywhere; } h4 { margin: 1.2rem 0 .3rem; }
.lead { font-weight: 600; margin: .2rem 0; } .scope, small, .limits { color: var(--soft); }
.limits { font-size: .9em; } .must { color: var(--delete); font-weight: 700; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); padding: .08em .3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--code); padding: .8rem 1rem; border-radius: 6px; overflow: auto; max-height: 26rem; }
pre code { background: none; padding: 0; }
td:first-child code, td:last-child { white-space: nowrap; } td:nth-child(3):last-child { white-space: normal; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } .type { color: var(--soft); }
.method { font: 700 12px/1 ui-monospace, monospace; padding: .2rem .4rem; border-radius: 4px; border: 1px solid; }
nav .method { border: 0; padding: 0; font-size: 10.5px; display: inline-block; width: 3.1rem; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
.status { font: 600 12.5px ui-monospace, monospace; color: var(--delete); } .status.ok { color: var(--post); }
.codes a { display: inline-block; margin: 0 .9rem .2rem 0; text-decoration: none; font-size: 13.5px; }
:target { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 3px; }
@media (max-width: 52rem) { body { display: block; } nav { position: static; height: auto; border-right: 0; }
  main { padding: 1rem; } }
`;
