import { parseEnv } from '../../_platform/parse-env.ts';
import { realPlatform } from '../../_platform/platform.ts';
import { Env } from './env.ts';
import { createImportActivityHandler } from './handler.ts';
import { wire } from './wiring.ts';

export const handler = createImportActivityHandler(wire(parseEnv(Env, process.env), realPlatform()));
