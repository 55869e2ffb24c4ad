import { realPlatform } from '../../_platform/platform.ts';
import { parseCommand, USAGE } from './arguments.ts';
import { operate } from './handler.ts';
import { wire } from './wiring.ts';

const command = parseCommand(process.argv.slice(2));
if ('fault' in command) {
  console.error(`${command.fault}\n\n${USAGE}`);
  process.exit(2);
}
try {
  await operate(command, { ...wire(process.env, realPlatform()), print: (line) => console.log(line) });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
