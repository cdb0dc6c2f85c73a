import type { ModelRef } from '@rapport-live/protocol';
import type { ServedModel } from './inference-pool';

/** Tasks as the manifests name them. */
export type ModelTask = 'speech' | 'face-detection' | 'expression' | 'text' | 'fusion';

/** Name and version of the models that do these tasks, in the order of the tasks. */
export function modelRefs(models: readonly ServedModel[], tasks: readonly ModelTask[]): ModelRef[] {
  return tasks.flatMap((task) =>
    models.filter((model) => model.task === task).map(({ name, version }) => ({ name, version })),
  );
}

/**
 * Whether the model of a task was made for a language (rule 13). `*` in a manifest stands for all. A session that
 * states no language is not held back: detection comes later.
 */
export function servesLanguage(models: readonly ServedModel[], task: ModelTask, language: string | undefined): boolean {
  if (language === undefined) return true;
  const served = models.filter((model) => model.task === task).flatMap((model) => model.languages);
  return served.includes('*') || served.includes(primaryLanguage(language));
}

/** The language of a BCP 47 tag without script and region: `en` of `en-GB`. */
export function primaryLanguage(tag: string): string {
  return (tag.split(/[-_]/, 1)[0] ?? tag).toLowerCase();
}
