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

/** BCP 47 (RFC 5646, section 4.1): the language was looked for and could not be told. */
export const UNDETERMINED = 'und';

/** Whether the model of a task was made for a language (rule 13); for one not known only `*`, which stands for all. */
export function servesLanguage(models: readonly ServedModel[], task: ModelTask, language: string | undefined): boolean {
  const served = languagesOf(models, task);
  return served.includes('*') || (isKnown(language) && served.includes(primaryLanguage(language)));
}

/** Whether the model of a task can be given what is said in a language that is not known: it knows more than one. */
export function takesAnyLanguage(models: readonly ServedModel[], task: ModelTask): boolean {
  const served = languagesOf(models, task);
  return served.includes('*') || served.length > 1;
}

/** Neither unsaid so far nor given up. */
export function isKnown(language: string | undefined): language is string {
  return language !== undefined && primaryLanguage(language) !== UNDETERMINED;
}

function languagesOf(models: readonly ServedModel[], task: ModelTask): string[] {
  return models.filter((model) => model.task === task).flatMap((model) => model.languages);
}

/** The language of a BCP 47 tag without script and region: `en` of `en-GB`. */
export function primaryLanguage(tag: string): string {
  return (tag.split(/[-_]/, 1)[0] ?? tag).toLowerCase();
}
