import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { arch, exit, platform, version } from 'node:process';

/**
 * Runs after every install, on whatever Node did it. npm scripts run on Node 24 because they find its binary
 * in node_modules/.bin first; some npm versions remove that link together with the skipped packages of other
 * platforms that carry the same name. Putting it back is all that this does.
 */
const PACKAGES = [`node-${platform}-${arch}`, `node-bin-${platform}-${arch}`];
const link = 'node_modules/.bin/node';
const found = PACKAGES.find((name) => existsSync(`node_modules/${name}/bin/node`));

if (platform === 'win32' || existsSync(link)) exit(0);
if (found === undefined) {
  const isEnough = Number(version.slice(1).split('.')[0]) >= 24;
  if (!isEnough)
    console.warn(`There is no package with Node 24 for ${platform}-${arch}: please use Node 24 or newer.`);
  exit(0);
}
mkdirSync('node_modules/.bin', { recursive: true });
if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
symlinkSync(`../${found}/bin/node`, link);
