import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { BUILT_PAGE, type BuiltPage } from './built-page';

/** `/`: whoever types the address of the service into a browser wants its page. To everything else there is nothing here. */
@Controller()
export class FrontController {
  constructor(@Inject(BUILT_PAGE) private readonly page: BuiltPage) {}

  @Get('/')
  show(@Req() { headers }: IncomingMessage, @Res() response: ServerResponse): void {
    response.setHeader('vary', 'accept');
    // browsers name it; `*/*` is what everything else sends
    if (this.page.html === undefined || headers.accept?.includes('text/html') !== true) {
      throw new RapportError('unknown_path', 'There is nothing at GET "/".');
    }
    response.writeHead(303, { location: '/wall', 'cache-control': 'no-cache' }).end();
  }
}
