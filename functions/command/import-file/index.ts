import { statSync } from 'node:fs';
import { formatOf } from '../../../lib/activity-files/format.ts';
import { findActivityFormat } from '../../../lib/imports/activity-file.ts';
import { importActivity } from './activity.ts';
import { misuseOf, parseImportArguments, USAGE } from './arguments.ts';
import { Env } from './env.ts';
import { importFile } from './handler.ts';
import { findApi, localSilence, wire } from './wiring.ts';

const request = parseImportArguments(process.argv.slice(2));
if ('help' in request) {
  console.log(USAGE);
  process.exit(0);
}
if ('fault' in request) exitWith(`${request.fault}\n\n${USAGE}`, 2);
const file = statSync(request.file, { throwIfNoEntry: false });
if (file === undefined) exitWith(`there is no file ${request.file}`, 2);
if (!file.isFile()) exitWith(`${request.file} is no file: import one file at a time`, 2);
const env = Env.safeParse(process.env);
if (!env.success) exitWith('HEADWATER_API_URL is not a URL', 2);
const api = await findApi(env.data, request.dataDir);
if ('fault' in api) exitWith(api.fault, 2);
// Ten patient attempts are for a server that comes back; one that was never started is said at once.
const silence = await localSilence(api.apiUrl);
if (silence !== undefined) exitWith(silence, 1);
const isActivity = (await findActivityFormat(request.file, formatOf)) !== undefined;
const misuse = misuseOf(request, isActivity);
if (misuse !== undefined) exitWith(misuse, 2);
const outcome = isActivity
  ? await importActivity(request, api)
  : await importFile(request, await wire(request, api));
if ('fault' in outcome) exitWith((await localSilence(api.apiUrl)) ?? outcome.fault, 1);
if ('lines' in outcome) console.error(outcome.lines.join('\n'));

function exitWith(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
