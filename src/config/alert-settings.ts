import { resolve } from 'node:path';
import { z } from 'zod';
import { optional, type Setting } from './setting';

/** What watches conversations; docs/alerts.md has more. */
export const ALERT_SETTINGS = {
  RAPPORT_ALERT_RULES: {
    schema: z.preprocess(optional, z.string().optional()),
    shownDefault: 'built in',
    purpose: 'YAML file with the alert rules; a change of it counts from the next window on',
  },
  RAPPORT_WEBHOOKS_FILE: {
    schema: z.preprocess(optional, z.string().optional()),
    shownDefault: '',
    purpose: 'JSON file with the webhooks that alerts are sent to',
  },
} as const satisfies Record<string, Setting>;

export interface AlertConfig {
  /** Absent: the rules that are built in, where a tenant has none of its own. */
  readonly rulesFile?: string;
}

export function alertConfig({ RAPPORT_ALERT_RULES: file }: { readonly RAPPORT_ALERT_RULES?: string }): AlertConfig {
  return file === undefined ? {} : { rulesFile: resolve(file) };
}
