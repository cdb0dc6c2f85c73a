import { z } from 'zod';
import { HealthAnswer } from '../wall-messages';
import { type HttpRoute, sessionId } from './route';

export const WALL_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/v1/wall/events',
    operationId: 'watchWall',
    tag: 'wall',
    summary:
      'Live conversations: a snapshot (WallSnapshot), then what changes (WallChange), at most four times a second.',
    scopes: ['monitor', 'admin'],
    answers: {
      200: { description: 'Server-sent events, for five minutes: then come back.', body: 'text/event-stream' },
    },
    errors: ['server_shutdown'],
  },
  {
    method: 'get',
    path: '/v1/wall/sessions/{id}/events',
    operationId: 'watchConversation',
    tag: 'wall',
    summary: 'All durable events of a conversation that is on the wall, then those to come; Last-Event-ID is a seq.',
    scopes: ['monitor', 'admin'],
    parameters: { id: sessionId },
    answers: { 200: { description: 'Server-sent events until its end.', body: 'text/event-stream' } },
    errors: ['session_unknown', 'server_shutdown'],
  },
  {
    method: 'get',
    path: '/v1/health',
    operationId: 'health',
    tag: 'wall',
    summary: 'How the service does, for the page of it.',
    scopes: ['monitor', 'admin'],
    answers: { 200: { description: 'Now.', body: HealthAnswer } },
  },
  {
    method: 'get',
    path: '/',
    operationId: 'front',
    tag: 'wall',
    summary: 'To the dashboard, for browsers: who asks for text/html by name.',
    scopes: 'open',
    answers: { 303: { description: 'There.' } },
    errors: ['unknown_path'],
  },
  {
    method: 'get',
    path: '/wall',
    operationId: 'wall',
    tag: 'wall',
    summary: 'The dashboard.',
    scopes: 'open',
    answers: { 200: { description: 'A page.', body: 'text/html' } },
    errors: ['unknown_path'],
  },
  {
    method: 'get',
    path: '/wall/assets/{file}',
    operationId: 'wallFile',
    tag: 'wall',
    summary: 'A script, style or picture of the dashboard; its name changes with its content.',
    scopes: 'open',
    parameters: { file: { in: 'path', schema: z.string().max(128), description: 'As the page names it.' } },
    answers: { 200: { description: 'The file.', body: 'text/javascript' } },
    errors: ['unknown_path'],
  },
];
