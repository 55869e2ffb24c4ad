import { createHash } from 'node:crypto';
import { type Html, html } from '../../../contracts/description/page/html.ts';
import type { ApiResponse } from '../../_platform/http/operation.ts';

const STYLE = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;
background:Canvas;color:CanvasText}
main{max-width:28rem;padding:2rem;text-align:center}
h1{font-size:1.375rem;margin:0 0 .5rem}
p{margin:0 0 .5rem}
.mark{font-size:2.5rem;line-height:1;margin-bottom:1rem}
.code{opacity:.7;font-size:.875rem}`;

/** Nothing is loaded, run, framed or sent from these pages; their one style sheet is named by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const connectedPage = (title: string): ApiResponse =>
  page(200, {
    heading: `${title} is connected`,
    mark: '✓',
    lines: ['Your data is on its way. You can close this window.'],
    code: undefined,
  });

/** What went wrong, in the words of the problem catalogue; nothing that a browser brought is repeated. */
export const failedPage = (
  status: number,
  problem: { readonly title: string; readonly detail: string; readonly code: string },
): ApiResponse =>
  page(status, {
    heading: problem.title,
    mark: '!',
    lines: [problem.detail, 'Go back to the app and try again.'],
    code: problem.code,
  });

interface PageParts {
  readonly heading: string;
  readonly mark: string;
  readonly lines: readonly string[];
  readonly code: string | undefined;
}

function page(status: number, { heading, mark, lines, code }: PageParts): ApiResponse {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
<div class="mark" aria-hidden="true">${mark}</div>
<h1>${heading}</h1>
${lines.map((line) => html`<p>${line}</p>`)}
${code === undefined ? '' : html`<p class="code">${code}</p>`}
</main>
</body>
</html>
`;
  return {
    status,
    body: body.markup,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
  };
}

/** As it is: the hash in the policy is over these bytes. */
const styleSheet: Html = { markup: STYLE };
