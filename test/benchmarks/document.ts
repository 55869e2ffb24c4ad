import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const DOCUMENT = 'docs/benchmarks.md';
const GIBIBYTE = 1_024 ** 3;
/** Sections in the order of the page; each command rewrites its own. */
const SECTIONS = ['ingest', 'import', 'reads', 'workouts', 'sync', 'devices'] as const;
export type Section = (typeof SECTIONS)[number];

const INTRODUCTION = `# Benchmarks

Written by the commands named below; no figure was typed by hand. They report and never fail on a time.
Figures of wall-clock time depend on what else the machine did: look at ratios within one run first.
`;

/** Before the run: what others do on the machine. */
const [LOAD_BEFORE = 0] = loadavg();

/** What a figure was measured on, and when. */
export function machineLine(): string {
  const [processor] = cpus();
  const memory = (totalmem() / GIBIBYTE).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return `${date} · ${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory} GB · Node ${process.version} · load average ${LOAD_BEFORE.toFixed(1)} before the run`;
}

/** Replaces one section of docs/benchmarks.md and keeps the others. */
export function writeSection(section: Section, text: string): void {
  const old = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  const texts = SECTIONS.map((each) => {
    const kept = each === section ? text.trim() : between(old, each);
    return kept === '' ? '' : `<!-- ${each}:begin -->\n${kept}\n<!-- ${each}:end -->\n`;
  });
  writeFileSync(DOCUMENT, [INTRODUCTION, ...texts.filter((each) => each !== '')].join('\n'));
}

function between(document: string, section: Section): string {
  const [, rest = ''] = document.split(`<!-- ${section}:begin -->`);
  return (rest.split(`<!-- ${section}:end -->`)[0] ?? '').trim();
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** 12345.6 -> 12,346. */
export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
