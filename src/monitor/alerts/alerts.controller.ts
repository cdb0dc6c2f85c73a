import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ALERT_STATES,
  AlertAssign,
  type AlertList,
  AlertNote,
  AlertSnooze,
  type AlertView,
  RapportError,
} from '@rapport-live/protocol';
import { namelessAlert } from '../../gateway/auth/names';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { CurrentViewer, type Viewer } from '../../gateway/auth/viewer';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway/gateway-options';
import { readBody } from '../../gateway/request-body';
import { ViewerStreams } from '../live/viewer-streams';
import { AlertHandling, type Handling } from './alert-handling';
import { tellOfAlerts } from './alert-reader';

/** Alerts of one answer. */
const MAX_LISTED = 500;

/** `/v1/alerts`: what rules have told, and what supervisors do about it (docs/alerts.md). */
@Controller('v1/alerts')
export class AlertsController {
  constructor(
    @Inject(AlertHandling) private readonly alerts: AlertHandling,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(ViewAudit) private readonly audit: ViewAudit,
    @Inject(ViewerStreams) private readonly streams: ViewerStreams,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@CurrentViewer() viewer: Viewer, @Query('state') asked: unknown = 'open'): Promise<AlertList> {
    const state = ALERT_STATES.find((one) => one === asked);
    if (state === undefined) {
      throw new RapportError('invalid_request', `The state of alerts is one of ${ALERT_STATES.join(', ')}.`);
    }
    const alerts = await this.alerts.list(viewer, state);
    const listed = alerts.slice(0, MAX_LISTED);
    await this.audit.saw(viewer, { what: 'alerts' });
    return { alerts: viewer.seesNames ? listed : listed.map(namelessAlert), total: alerts.length };
  }

  /** That there is something new; what it is the list says. */
  @Get('events')
  watch(@Req() request: IncomingMessage, @Res() response: ServerResponse, @CurrentViewer() viewer: Viewer): void {
    tellOfAlerts((listener) => this.alerts.listen(viewer, listener), this.streams.begin(request, response));
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  acknowledge(@CurrentViewer() viewer: Viewer, @Param('id') id: string): Promise<AlertView> {
    return this.handle(viewer, id, { action: 'acknowledge' });
  }

  @Post(':id/assign')
  @HttpCode(200)
  async assign(
    @Req() request: IncomingMessage,
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
  ): Promise<AlertView> {
    const { assignee } = await readBody(request, AlertAssign, this.options);
    return this.handle(viewer, id, { action: 'assign', ...(assignee === null ? {} : { assignee }) });
  }

  @Post(':id/snooze')
  @HttpCode(200)
  async snooze(
    @Req() request: IncomingMessage,
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
  ): Promise<AlertView> {
    const { forMs } = await readBody(request, AlertSnooze, this.options);
    return this.alerts.snooze(viewer, id, forMs);
  }

  @Post(':id/note')
  @HttpCode(200)
  async note(
    @Req() request: IncomingMessage,
    @CurrentViewer() viewer: Viewer,
    @Param('id') id: string,
  ): Promise<AlertView> {
    const { note } = await readBody(request, AlertNote, this.options);
    return this.handle(viewer, id, { action: 'note', note });
  }

  private handle(viewer: Viewer, id: string, handling: Handling): Promise<AlertView> {
    return this.alerts.handle(viewer, id, handling);
  }
}
