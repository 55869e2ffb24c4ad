import docsHtml from '../../../contracts/published/docs.html' with { type: 'text' };
import openApi from '../../../contracts/published/openapi.json' with { type: 'json' };
import { parseEnv } from '../../_platform/parse-env.ts';
import { realPlatform } from '../../_platform/platform.ts';
import { Env } from './env.ts';
import { createDescribeApiHandler } from './handler.ts';
import { wire } from './wiring.ts';

const published = { openApi: JSON.stringify(openApi), docsHtml };

export const handler = createDescribeApiHandler(wire(parseEnv(Env, process.env), realPlatform(), published));
