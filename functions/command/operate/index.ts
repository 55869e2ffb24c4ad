import { realPlatform } from '../../_platform/platform.ts';
import { parseRequest, USAGE } from './arguments.ts';
import { findEnvironment } from './find-environment.ts';
import { operate } from './handler.ts';
import { wire } from './wiring.ts';

const request = parseRequest(process.argv.slice(2));
if ('help' in request) {
  console.log(USAGE);
  process.exit(0);
}
if ('fault' in request) exitWith(`${request.fault}\n\n${USAGE}`, 2);
const found = await findEnvironment(process.env, request.dataDir);
if ('fault' in found) exitWith(found.fault, 2);
if (found.variables !== undefined) adopt(found.variables);
console.error(`working on ${found.place}`);
try {
  const print = (line: string): void => console.log(line);
  await operate(request.command, { ...wire(process.env, realPlatform()), print });
} catch (error) {
  exitWith(error instanceof Error ? error.message : String(error), 1);
}

/** AWS's own variables go first: a profile of the shell would win over the file's credentials. */
function adopt(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, variables);
}

function exitWith(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
