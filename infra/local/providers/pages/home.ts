import type { Answer } from '../frame/call.ts';
import type { CloudRuntime } from '../frame/runtime.ts';

export function homePage(runtimes: readonly CloudRuntime[], nowMs: number, url: string): Answer {
  const names = runtimes.map(({ cloud }) => `<li>${cloud.title}</li>`).join('');
  const text = `<!doctype html><title>Simulated clouds</title><p>${url} ${new Date(nowMs).toISOString()}</p><ul>${names}</ul>`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, text };
}
