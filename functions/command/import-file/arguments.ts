import { parseArgs } from 'node:util';
import { isTimeZone } from '../../../lib/core/zones.ts';

export interface ImportArguments {
  readonly file: string;
  readonly externalId: string;
  readonly zone: string | undefined;
  readonly split: boolean;
  /** Of activity files: the provider of what is imported, and whether damage is taken. */
  readonly source: string | undefined;
  readonly keepDamaged: boolean;
  readonly dataDir: string;
}

export const USAGE = `usage: npm run import -- <file> --user <externalId> [--zone Area/City] [--split] [--data-dir DIR]
       npm run import -- <file.fit|tcx|gpx> --user <externalId> [--zone Area/City] [--source <name>] [--keep-damaged]

  <file>      minute CSV (also .gz), Apple Health export.xml or export.zip, or an activity as FIT, TCX
              or GPX (also .gz); told apart by what is in it
  --user      external id of the user that the data belongs to; made when new
  --zone      zone of times that carry none, such as America/New_York; else the user's own
  --split     a file of several people: users <externalId>-<user_id>
  --source    of an activity: the name of where it comes from (a-z, 0-9, . _ -), its provider; else file
  --keep-damaged  of a damaged activity file: import what is before the damage
  --data-dir  where the local cloud keeps its state, and this command its progress (default .headwater)

Talks to HEADWATER_API_URL with HEADWATER_API_KEY, or else to the local cloud named by local.json in the data directory.`;

/** What was asked for, a wish for the usage, or what is wrong. */
export function parseImportArguments(
  args: readonly string[],
): ImportArguments | { readonly help: true } | { readonly fault: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : 'unusable arguments' };
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) return { fault: 'name one file' };
  if (!values.user) return { fault: '--user is missing' };
  if (values.zone !== undefined && !isTimeZone(values.zone))
    return { fault: `--zone ${values.zone} is not an IANA time zone` };
  if (values.source !== undefined && !SOURCE.test(values.source))
    return { fault: '--source is 1 to 64 of a-z, 0-9, . _ - and begins with a letter or digit' };
  return {
    file,
    externalId: values.user,
    zone: values.zone,
    split: values.split,
    source: values.source,
    keepDamaged: values['keep-damaged'],
    dataDir: values['data-dir'],
  };
}

/** What was asked for and cannot be had of this kind of file. */
export function misuseOf(
  { split, source, keepDamaged }: ImportArguments,
  isActivity: boolean,
): string | undefined {
  if (isActivity) return split ? '--split is for files of several people: an activity has one' : undefined;
  if (source !== undefined) return '--source is for activity files: this one says where it comes from';
  return keepDamaged ? '--keep-damaged is for activity files' : undefined;
}

/** As the API takes it (contracts/http/activity-imports.ts). */
const SOURCE = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      user: { type: 'string' },
      zone: { type: 'string' },
      split: { type: 'boolean', default: false },
      source: { type: 'string' },
      'keep-damaged': { type: 'boolean', default: false },
      'data-dir': { type: 'string', default: '.headwater' },
    },
  });
