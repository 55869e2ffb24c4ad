import { parseEnv } from '../../_platform/parse-env.ts';
import { realPlatform } from '../../_platform/platform.ts';
import { Env } from './env.ts';
import { createProjectNightsHandler } from './handler.ts';
import { wire } from './wiring.ts';

export const handler = createProjectNightsHandler(wire(parseEnv(Env, process.env), realPlatform()));
