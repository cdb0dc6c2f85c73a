import type { AlertView, CloudEvent } from '@rapport-live/protocol';

/** Of `session.start`: what names who took part, or leads to a name elsewhere. */
export const NAMES = ['externalId', 'customerId', 'agentId'] as const;
type Named = Partial<Record<(typeof NAMES)[number], unknown>>;

/** The metadata of a session, or whatever else has these fields, without names. Pure. */
export function nameless<T extends Named>(metadata: T): Omit<T, (typeof NAMES)[number]> {
  const { externalId: _externalId, customerId: _customerId, agentId: _agentId, ...rest } = metadata;
  return rest;
}

/** Of the audit trail and of monitor's own events: which users it was, and what they wrote. */
const USERS = {
  'rapport.audit.viewed': ['userId'],
  'rapport.monitor.alert_handled': ['by', 'assignee', 'note'],
  'rapport.monitor.correction': ['by'],
};
const HIDDEN = 'hidden';

/** An alert as somebody sees it who sees no names: what was done about it, and not by whom; nor whose conversation it is. Pure. */
export function namelessAlert(alert: AlertView): AlertView {
  const { acknowledged, assignee, notes: _notes, ...rest } = nameless(alert);
  return {
    ...rest,
    ...(acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, by: HIDDEN } }),
    ...(assignee === undefined ? {} : { assignee: HIDDEN }),
    notes: [],
  };
}

/**
 * An event as somebody sees it who sees no names: without the names that a session was begun with, the ids of its
 * participants and those of users. What was said stays as the redactor left it. Pure; the same event comes back where
 * there is nothing to hide.
 */
export function namelessEvent<E extends Pick<CloudEvent, 'type' | 'data'>>(event: E): E {
  const { type, data } = event;
  if (typeof data !== 'object' || data === null) return event;
  const seen = { ...(data as Record<string, unknown>) };
  if (type === 'rapport.session.started' || type === 'rapport.session.ended') {
    if (typeof seen.session === 'object' && seen.session !== null) seen.session = nameless(seen.session);
  } else if (type === 'rapport.session.updated' && seen.kind === 'participant') {
    delete seen.scope;
  } else if (Object.hasOwn(USERS, type)) {
    for (const field of USERS[type as keyof typeof USERS]) delete seen[field];
  } else {
    return event;
  }
  return { ...event, data: seen };
}
