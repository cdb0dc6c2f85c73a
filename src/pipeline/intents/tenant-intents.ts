import { createHash } from 'node:crypto';
import { type IntentChanged, type IntentList, type IntentPreview, RapportError } from '@rapport-live/protocol';
import { type CustomIntent, withCustomIntents } from '../../fusion/custom-intents';
import { examplesFault, nameFault } from '../../fusion/intent-examples';
import type { IntentIndex } from '../../fusion/intent-index';
import { INTENT_DEFAULTS, type IntentOptions } from '../../fusion/intent-options';
import { leaveOneOut } from '../../fusion/leave-one-out';
import type { InferencePool } from '../../inference/inference-pool';
import type { RawText } from '../../redaction/redaction';
import { ExampleEncoder } from './example-encoder';
import { IntentFiles, type StoredExample, type StoredIntent, type StoredIntents } from './intent-files';
import { paced } from './paced';
import { Turns } from './turns';

export const TENANT_INTENTS = Symbol('TenantIntents');

export interface TenantIntentsDeps {
  /** Of the files; made with the first intent. */
  readonly folder: string;
  readonly pool: Pick<InferencePool, 'submit'>;
  /** The intents that everyone has. */
  readonly defaults: IntentIndex;
  /** What makes embeddings: its name, version and weights. */
  readonly encoder: string;
  readonly now: () => Date;
  /** Told of each change once it is live, and waited for: names and counts, never a word of an example. */
  readonly onChange: (change: IntentsChange) => Promise<void>;
  readonly options?: Partial<IntentOptions>;
}

export interface IntentsChange {
  readonly change: 'added' | 'replaced' | 'removed' | 'encoded_anew' | 'name_taken';
  readonly tenant: string;
  readonly intent?: string;
  readonly revision: number;
  readonly examples?: number;
  readonly toldRight?: number;
  readonly recommended?: boolean;
}

/**
 * The custom intents of every tenant: kept in the data folder, read by sessions for each text, changed while they run.
 * A change is on disk before it is live.
 */
export class TenantIntents {
  private readonly files: IntentFiles;
  private readonly encoder: ExampleEncoder;
  private readonly options: IntentOptions;
  private readonly turns = new Turns();
  private readonly stored = new Map<string, StoredIntents>();
  private readonly indexes = new Map<string, IntentIndex>();

  private constructor(private readonly deps: TenantIntentsDeps) {
    this.files = new IntentFiles(deps.folder);
    this.encoder = new ExampleEncoder(deps.pool);
    this.options = { ...INTENT_DEFAULTS, ...deps.options };
  }

  /** Reads what is kept; what another encoder made is made anew. Rejects with `data_format` or `data_dir_unusable`. */
  static async open(deps: TenantIntentsDeps): Promise<TenantIntents> {
    const all = new TenantIntents(deps);
    for (const [tenant, kept] of await all.files.readAll()) {
      if (kept.encoder === deps.encoder) await all.serve(tenant, kept);
      else await all.encodeAnew(tenant, kept);
      for (const { name } of kept.intents) {
        if (!deps.defaults.names.includes(name)) continue;
        await deps.onChange({ change: 'name_taken', tenant, intent: name, revision: kept.revision });
      }
    }
    return all;
  }

  /** As it is now: asked for each text. */
  indexOf(tenant: string): IntentIndex {
    return this.indexes.get(tenant) ?? this.deps.defaults;
  }

  list(tenant: string): IntentList {
    const { revision, intents } = this.of(tenant);
    return {
      revision,
      intents: intents.map(({ examples, ...intent }) => ({ ...intent, examples: examples.length })),
      defaults: [...this.deps.defaults.names],
    };
  }

  /** What the intent would do; nothing changes. Rejects with `intent_name`, `intent_examples`, `intent_limit` or `overloaded`. */
  preview(tenant: string, name: string, examples: readonly RawText[]): Promise<IntentPreview> {
    return this.turns.take(tenant, async () => {
      const { preview, report } = await this.judge(tenant, name, examples);
      return { preview, report };
    });
  }

  /** Live when it resolves. Rejects as `preview`, or with `preview_required`, `intent_not_recommended` or `data_dir_unusable`. */
  put(
    tenant: string,
    name: string,
    change: { readonly examples: readonly RawText[]; readonly preview: string; readonly force: boolean },
  ): Promise<IntentChanged> {
    return this.turns.take(tenant, async () => {
      const { preview, report, encoded } = await this.judge(tenant, name, change.examples, change.preview);
      if (preview !== change.preview) throw previewRequired(name);
      if (!report.recommended && !change.force) {
        const doubts = report.doubts.map(({ message }) => message).join(' ');
        throw new RapportError('intent_not_recommended', `${name} is not recommended: ${doubts}`);
      }
      const { intents } = this.of(tenant);
      const toldRight = report.toldRight / encoded.length;
      const intent: StoredIntent = { name, changedAt: this.deps.now().toISOString(), toldRight, examples: encoded };
      const replaced = intents.some((one) => one.name === name);
      const revision = await this.keep(tenant, [...intents.filter((one) => one.name !== name), intent]);
      await this.deps.onChange({
        ...{ change: replaced ? 'replaced' : 'added', tenant, intent: name, revision },
        ...{ examples: encoded.length, toldRight: report.toldRight, recommended: report.recommended },
      });
      return { replaced, report };
    });
  }

  /** Gone when it resolves: what sessions heard of it decays. Rejects with `intent_unknown` or `data_dir_unusable`. */
  remove(tenant: string, name: string): Promise<void> {
    return this.turns.take(tenant, async () => {
      const { intents } = this.of(tenant);
      const rest = intents.filter((one) => one.name !== name);
      if (rest.length === intents.length) {
        throw new RapportError(
          'intent_unknown',
          `This tenant has no custom intent ${JSON.stringify(name.slice(0, 64))}.`,
        );
      }
      const revision = await this.keep(tenant, rest);
      await this.deps.onChange({ change: 'removed', tenant, intent: name, revision });
    });
  }

  /** With `asked`, nothing is encoded for a change whose preview is of something else. */
  private async judge(tenant: string, name: string, examples: readonly RawText[], asked?: string) {
    const { defaults } = this.deps;
    refuse(nameFault(name, defaults.names));
    const { revision, intents } = this.of(tenant);
    const others = intents.filter((one) => one.name !== name);
    const texts = this.encoder.redact(examples);
    const named = others.map((one) => ({ name: one.name, texts: one.examples.map(({ text }) => text) }));
    refuse(examplesFault({ name, texts }, named, this.options));
    const preview = previewOf(revision, this.deps.encoder, name, texts);
    if (asked !== undefined && asked !== preview) throw previewRequired(name);
    const encoded = await this.encoder.encode(tenant, texts);
    const added = { name, texts, embeddings: encoded.map(({ embedding }) => embedding) };
    const report = await paced(leaveOneOut(defaults, others.map(asSeen), added, this.options));
    return { preview, encoded, report };
  }

  private of(tenant: string): StoredIntents {
    return this.stored.get(tenant) ?? { revision: 0, encoder: this.deps.encoder, intents: [] };
  }

  private async keep(tenant: string, intents: readonly StoredIntent[]): Promise<number> {
    const { encoder } = this.deps;
    const next = { revision: this.of(tenant).revision + 1, encoder, intents };
    await this.files.write(tenant, next);
    await this.serve(tenant, next);
    return next.revision;
  }

  /** Live when it resolves: until the prototypes are fitted, texts are told by those before. */
  private async serve(tenant: string, kept: StoredIntents): Promise<void> {
    const { defaults } = this.deps;
    this.stored.set(tenant, kept);
    // a name that a later model gives to a default intent is that one's
    const own = kept.intents.filter(({ name }) => !defaults.names.includes(name));
    this.indexes.set(tenant, await paced(withCustomIntents(defaults, own.map(asSeen))));
  }

  private async encodeAnew(tenant: string, kept: StoredIntents): Promise<void> {
    const intents: StoredIntent[] = [];
    for (const intent of kept.intents) {
      const texts = intent.examples.map(({ text }) => text);
      intents.push({ ...intent, examples: await this.encoder.encode(tenant, texts) });
    }
    this.stored.set(tenant, kept);
    const revision = await this.keep(tenant, intents);
    await this.deps.onChange({ change: 'encoded_anew', tenant, revision });
  }
}

const embeddingsOf = (examples: readonly StoredExample[]): Float32Array[] => examples.map(({ embedding }) => embedding);
const asSeen = ({ name, examples }: StoredIntent): CustomIntent => ({ name, embeddings: embeddingsOf(examples) });

function refuse(fault: ReturnType<typeof examplesFault>): void {
  if (fault !== undefined) throw new RapportError(fault.code, fault.message);
}

const previewRequired = (name: string): RapportError =>
  new RapportError('preview_required', `The preview sent is not of these examples of ${name} beside today's intents.`);

/** Stands for what a preview was of: the same examples beside other intents have another one. */
function previewOf(revision: number, encoder: string, name: string, texts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([revision, encoder, name, texts]))
    .digest('hex');
}
