import type { ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, HttpException, type HttpServer } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type ErrorBody, errorSpec, RapportError } from '@rapport-live/protocol';
import type { Request, Response } from 'express';
import type { Meter } from '../facts/meter';
import { logFault } from './fault.filter';

/** Requests of this interface are answered from the error list; health and metrics keep their own answers. */
const INTERFACE = '/v1/';
/** At most this much of a peer's path is echoed. */
const MAX_ECHO = 64;

/** Answers what goes wrong with a request as a refused upgrade is answered: status, code, message and advice. */
@Catch()
export class HttpFaultFilter extends BaseExceptionFilter {
  constructor(
    server: HttpServer,
    private readonly meter: Pick<Meter, 'error'>,
  ) {
    super(server);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    if (!(error instanceof RapportError) && !request.path.startsWith(INTERFACE)) return super.catch(error, host);
    const told = asTold(error, request);
    this.meter.error(told.code);
    answer(http.getResponse<Response>(), told);
  }
}

function asTold(error: unknown, { method, path }: Request): RapportError {
  if (error instanceof RapportError && errorSpec(error.code).http !== undefined) return error;
  const shown = `${method} ${JSON.stringify(path.slice(0, MAX_ECHO))}`;
  const status = error instanceof HttpException ? error.getStatus() : (error as { status?: number }).status;
  if (status === 404) return new RapportError('unknown_path', `There is nothing at ${shown}.`);
  if (status !== undefined && status < 500) {
    return new RapportError('invalid_request', `${shown} cannot be read.`);
  }
  logFault(error);
  return new RapportError('internal', 'The service failed to handle a request.');
}

function answer(response: Response & ServerResponse, error: RapportError): void {
  const { code, message, advice, retryAfterMs } = error;
  const body: ErrorBody = { code, message, advice, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const status = errorSpec(code).http ?? 500;
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  response.status(status).json(body);
}
