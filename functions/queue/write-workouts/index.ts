import { parseEnv } from '../../_platform/parse-env.ts';
import { realPlatform } from '../../_platform/platform.ts';
import { Env } from './env.ts';
import { createWriteWorkoutsHandler } from './handler.ts';
import { wire } from './wiring.ts';

export const handler = createWriteWorkoutsHandler(wire(parseEnv(Env, process.env), realPlatform()));
