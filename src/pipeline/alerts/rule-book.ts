import type { AlertRule, AlertRulesAnswer, AlertRulesFile, AlertRuleSet } from '@rapport-live/protocol';
import { type CompiledRule, compileRule } from '../../alerts/compiled-rule';
import { DEFAULT_RULE_SET } from '../../alerts/default-rules';
import { RuleFiles, type StoredRules } from './rule-files';
import { Turns } from '../../facts/turns';

export const RULE_BOOK = Symbol('RuleBook');

/** Tenants that are told of a change of the rules file: those that asked last. */
const MAX_KNOWN_TENANTS = 1000;

/** What changed for a tenant, by the ids of rules. */
export interface RulesChange {
  readonly tenant: string;
  readonly source: AlertRulesAnswer['source'];
  readonly revision: number;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export interface RuleBookDeps {
  /** Of tenants' own rules. */
  readonly folder: string;
  /** What the rules file states at the start; absent: there is none. */
  readonly file?: AlertRulesFile;
  /** Told of each change once it counts, and waited for. */
  readonly onChange: (change: RulesChange) => Promise<void>;
}

interface TenantRules extends AlertRulesAnswer {
  readonly compiled: readonly CompiledRule[];
}

/**
 * The alert rules of every tenant: its own, else those of the rules file, else those that are built in. Sessions ask for
 * each second, so a change counts from the next window on.
 */
export class RuleBook {
  private readonly files: RuleFiles;
  private readonly stored = new Map<string, StoredRules>();
  private readonly current = new Map<string, TenantRules>();
  private file: AlertRulesFile | undefined;
  /** One change after another. */
  private readonly turns = new Turns();

  private constructor(private readonly deps: RuleBookDeps) {
    this.files = new RuleFiles(deps.folder);
    this.file = deps.file;
  }

  /** Rejects with `data_format` or `data_dir_unusable`. */
  static async open(deps: RuleBookDeps): Promise<RuleBook> {
    const book = new RuleBook(deps);
    for (const [tenant, stored] of await book.files.readAll()) book.stored.set(tenant, stored);
    return book;
  }

  /** As they are now. */
  rulesOf(tenant: string): readonly CompiledRule[] {
    return this.of(tenant).compiled;
  }

  answer(tenant: string): AlertRulesAnswer {
    const { revision, source, rules } = this.of(tenant);
    return { revision, source, rules };
  }

  /** They count when it resolves. Rejects with `data_dir_unusable`, and then nothing has changed. */
  put(tenant: string, { rules }: AlertRuleSet): Promise<AlertRulesAnswer> {
    return this.turns.take(() => this.keep(tenant, rules));
  }

  /** Back to the rules of the file, or to those that are built in. Idempotent. */
  remove(tenant: string): Promise<AlertRulesAnswer> {
    return this.turns.take(async () => {
      const isOwn = this.of(tenant).source === 'tenant';
      return isOwn ? this.keep(tenant, null) : this.answer(tenant);
    });
  }

  /** The rules file states something else now. */
  fileChanged(file: AlertRulesFile): Promise<void> {
    return this.turns.take(async () => {
      const before = new Map(this.current);
      this.file = file;
      this.current.clear();
      for (const [tenant, rules] of before) await this.tell(tenant, rules);
    });
  }

  private async keep(tenant: string, rules: readonly AlertRule[] | null): Promise<AlertRulesAnswer> {
    const before = this.of(tenant);
    const stored = { revision: before.revision + 1, rules };
    await this.files.write(tenant, stored);
    this.stored.set(tenant, stored);
    this.current.delete(tenant);
    await this.tell(tenant, before);
    return this.answer(tenant);
  }

  private async tell(tenant: string, before: TenantRules): Promise<void> {
    const { source, revision, compiled } = this.of(tenant);
    const was = new Map(before.compiled.map(({ id, key }) => [id, key]));
    const is = new Map(compiled.map(({ id, key }) => [id, key]));
    const added = [...is.keys()].filter((id) => !was.has(id));
    const removed = [...was.keys()].filter((id) => !is.has(id));
    const changed = [...is].filter(([id, key]) => was.has(id) && was.get(id) !== key).map(([id]) => id);
    const isSame = added.length + removed.length + changed.length === 0 && source === before.source;
    if (!isSame) await this.deps.onChange({ tenant, source, revision, added, changed, removed });
  }

  private of(tenant: string): TenantRules {
    const known = this.current.get(tenant);
    if (known !== undefined) return known;
    const { revision, rules: own } = this.stored.get(tenant) ?? { revision: 0, rules: null };
    const ofFile = this.file && (this.file.tenants?.[tenant] ?? this.file).rules;
    const rules = [...(own ?? ofFile ?? DEFAULT_RULE_SET.rules)];
    const source = own !== null ? 'tenant' : ofFile !== undefined ? 'file' : 'default';
    const made: TenantRules = { revision, source, rules, compiled: rules.map(compileRule) };
    if (this.current.size >= MAX_KNOWN_TENANTS) this.current.delete(this.current.keys().next().value!);
    this.current.set(tenant, made);
    return made;
  }
}
