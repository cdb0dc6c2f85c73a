import { z } from 'zod';
import { ALERT_STATES, AlertAssign, AlertList, AlertNote, AlertSnooze, AlertView } from '../alert-messages';
import { AlertRulesAnswer, AlertRuleSet } from '../alert-rules';
import type { HttpRoute, Parameter } from './route';

const alertId: Parameter = {
  in: 'path',
  schema: z.string(),
  description: 'The alert: id of the event that raised it.',
};
/** What a supervisor does about an alert. */
const handling = (action: string, summary: string, body?: z.ZodType): HttpRoute => ({
  method: 'post',
  path: `/v1/alerts/{id}/${action}`,
  operationId: `${action}Alert`,
  tag: 'alerts',
  summary,
  scopes: ['monitor', 'admin'],
  parameters: { id: alertId },
  ...(body === undefined ? {} : { body }),
  answers: { 200: { description: 'The alert as it stands now.', body: AlertView } },
  errors: ['alert_unknown'],
});

export const ALERT_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/v1/alerts',
    operationId: 'listAlerts',
    tag: 'alerts',
    summary: 'Alerts of the sessions that may be seen: the worst first, at most 500.',
    scopes: ['monitor', 'search', 'admin'],
    parameters: {
      state: { in: 'query', schema: z.enum(ALERT_STATES), description: 'Default: open, which is not cleared yet.' },
    },
    answers: { 200: { description: 'The alerts.', body: AlertList } },
    errors: ['invalid_request'],
  },
  {
    method: 'get',
    path: '/v1/alerts/events',
    operationId: 'watchAlerts',
    tag: 'alerts',
    summary:
      'That there is something new among the alerts that may be seen: "changed", at once and then at most four times a second.',
    scopes: ['monitor', 'search', 'admin'],
    answers: {
      200: { description: 'Server-sent events, for five minutes: then come back.', body: 'text/event-stream' },
    },
    errors: ['server_shutdown'],
  },
  handling('acknowledge', 'Says that somebody has seen it; the first who does is named.'),
  handling('assign', 'Gives it to somebody, or to nobody.', AlertAssign),
  handling('snooze', 'Puts it away for a while.', AlertSnooze),
  handling('note', 'Leaves a note with it.', AlertNote),
  {
    method: 'get',
    path: '/v1/alert-rules',
    operationId: 'listAlertRules',
    tag: 'alerts',
    summary: "The rules that watch the tenant's conversations, and where they are from.",
    scopes: ['monitor', 'admin'],
    answers: { 200: { description: 'The rules.', body: AlertRulesAnswer } },
  },
  {
    method: 'put',
    path: '/v1/alert-rules',
    operationId: 'putAlertRules',
    tag: 'alerts',
    summary: 'Gives the tenant rules of its own in place of all it had; they count from the next window on.',
    scopes: ['admin'],
    body: AlertRuleSet,
    answers: { 200: { description: 'They count.', body: AlertRulesAnswer } },
    errors: ['alert_rules_invalid'],
  },
  {
    method: 'delete',
    path: '/v1/alert-rules',
    operationId: 'removeAlertRules',
    tag: 'alerts',
    summary: 'Takes back the rules of its own: those of the rules file, or those that are built in, count again.',
    scopes: ['admin'],
    answers: { 200: { description: 'The rules that count now.', body: AlertRulesAnswer } },
  },
];
