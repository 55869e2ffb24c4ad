import { parseEnv } from '../../_platform/parse-env.ts';
import { realPlatform } from '../../_platform/platform.ts';
import { Env } from './env.ts';
import { createReadHealthHandler } from './handler.ts';
import { wire } from './wiring.ts';

export const handler = createReadHealthHandler(wire(parseEnv(Env, process.env), realPlatform()));
