import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Config, loadConfig, SETTING_NAMES } from './config';
import { misspelled } from './names';
import { SettingError } from './read-setting';
import { refuseSharedFolder } from './storage-check';

/**
 * Reads the process's environment and the `.env` file in the working directory, if there is one.
 * @throws SettingError
 */
export function loadProcessConfig(): Config {
  try {
    process.loadEnvFile('.env');
    const names = Object.keys(parseEnv(readFileSync('.env', 'utf8')));
    for (const sentence of misspelled(names, SETTING_NAMES)) process.stderr.write(`${sentence}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new SettingError(`The file .env cannot be read: ${(error as Error).message}.`);
    }
  }
  const config = loadConfig(process.env);
  refuseSharedFolder(config.storageDir);
  return config;
}
